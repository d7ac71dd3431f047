"""Holdfast keeps a Python repository's environment, dependencies, checks and tasks in hand."""

__version__ = "0.1.0"
