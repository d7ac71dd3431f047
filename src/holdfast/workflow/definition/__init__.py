"""Reading a workflow file: every mistake at once, with its place."""
