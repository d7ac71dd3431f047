"""A web service that imports what it declares."""
