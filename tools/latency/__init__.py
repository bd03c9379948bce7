"""How well the latency estimate meets published measurements, and the fit of its constants."""
