"""`python -m holdfast`, for where the script is not on PATH."""

from holdfast.cli.main import main

main()
