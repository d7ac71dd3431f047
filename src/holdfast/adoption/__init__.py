"""How a repository takes Holdfast in, and how it gets rid of it: `holdfast init`."""
