"""Forges that hold pull requests: one interface, GitHub and GitLab behind it."""
