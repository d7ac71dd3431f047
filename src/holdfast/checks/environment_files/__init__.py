"""Files of environment variables, what their example declares, and what the code reads; for the check `dotenv`."""
