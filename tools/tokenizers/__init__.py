"""Vocabularies and figures about tokens for the catalogue."""
