"""Memory on the fullest device of a replica: weights, cache, overheads, and whether it all fits."""
