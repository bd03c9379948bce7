"""Renews the catalogue's API prices from public price data."""
