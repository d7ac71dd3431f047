"""Workflows: a file declares steps, a runner walks them through an engine and executors; see docs/workflows.md."""
