"""Changing specs in place: only the bytes concerned, so that comments, order and layout stay."""
