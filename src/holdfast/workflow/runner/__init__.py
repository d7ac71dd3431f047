"""Walking a run: what is ready, what is tried again, what a failure means."""
