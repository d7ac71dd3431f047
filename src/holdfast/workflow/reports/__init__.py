"""What people and programs see of a run, drawn from its records."""
