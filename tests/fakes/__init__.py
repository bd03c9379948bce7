"""Servers and runners that stand in for the forges' own, on loopback."""
