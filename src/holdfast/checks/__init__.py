"""The checks, one file each, and what runs them and remembers their results."""
