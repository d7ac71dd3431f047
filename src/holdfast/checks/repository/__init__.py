"""What git's index holds, and the rules for it."""
