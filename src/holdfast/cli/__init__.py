"""The command line: one file a subcommand. The only importer of typer."""

import atexit
import gc

# A short command makes little garbage, and looking for it takes a fifth of the command's time.
gc.set_threshold(50_000)  # while modules load
atexit.register(gc.freeze)  # and once more when the interpreter ends
OWN_CALLBACKS = 1
"""How many functions we ourselves have asked to be called then."""
