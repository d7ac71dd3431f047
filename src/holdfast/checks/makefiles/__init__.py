"""What the checks `makefile` and `docs` know of Makefiles (GNU make manual, "Writing Makefiles"). Make is never run."""
