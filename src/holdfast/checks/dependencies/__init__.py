"""What a project declares, what its lock holds, and what is installed: read from files, compared, never run."""
