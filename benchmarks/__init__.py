"""Measurements of the product's speed, on generated input."""
