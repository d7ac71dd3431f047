"""The task log: wrapping commands, listing and repairing what the registry holds."""
