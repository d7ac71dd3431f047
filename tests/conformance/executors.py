"""The executors that the conformance suite runs against, by the name that `uses:` gives them."""

EXECUTORS = ("local",)
