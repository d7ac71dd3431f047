"""The kinds of step. Each turns a step into a command; `approve` and `guide` wait for somebody first."""
