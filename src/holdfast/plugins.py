"""The one door through which checks come in: built-ins and entry points are registered by the same call."""
