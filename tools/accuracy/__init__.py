"""How near the memory estimate comes to measured deployments: the figures, and their page."""
