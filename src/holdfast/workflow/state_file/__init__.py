"""workflow_state.md, byte for byte: docs/specs/002-workflow-state.md."""
