"""What `make bench` measures: Holdfast beside what a user would use instead, in one run, as ratios."""
