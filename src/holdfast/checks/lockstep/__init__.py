"""What the lockstep checks share: the files that configure other programs, and the versions that stand in them."""
