"""What a deployment costs: on accelerators, behind an API, and one against the other."""
