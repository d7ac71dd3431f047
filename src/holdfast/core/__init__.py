"""What every feature shares. Standard library and packaging only; knows nothing of the command line."""
