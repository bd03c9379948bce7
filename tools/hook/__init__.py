"""Installs the pre-commit hook from this checkout as a user would, and times it."""
