"""The command line: one file a subcommand. The only importer of typer."""

import gc

gc.set_threshold(50_000)  # collecting garbage while modules load takes a twelfth of a short command's time
