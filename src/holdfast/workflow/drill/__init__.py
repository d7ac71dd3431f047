"""The crash drill: a workflow run again and again in a scratch copy, killed at every checkpoint and resumed."""
