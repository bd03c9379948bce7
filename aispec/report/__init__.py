"""A run's findings and figures, written for people and for machines."""
