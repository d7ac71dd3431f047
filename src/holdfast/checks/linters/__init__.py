"""What the checks that wrap linters and formatters share: which files are theirs, and what those depend on."""
