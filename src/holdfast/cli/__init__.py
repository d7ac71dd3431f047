"""The command line: one file a subcommand. The only importer of typer."""
