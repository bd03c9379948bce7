"""What a model's architecture implies: parameters by part, and cache by token."""
