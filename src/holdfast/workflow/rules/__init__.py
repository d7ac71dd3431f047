"""The phases of a piece of work, and the evidence that leads from one to the next."""
