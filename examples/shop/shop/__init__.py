"""A shop so small that its release takes a second."""
