"""What the check `makefile` knows of Makefiles (GNU make manual, "Writing Makefiles")."""
