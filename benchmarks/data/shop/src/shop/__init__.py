"""A web service of which only the dependencies matter."""
