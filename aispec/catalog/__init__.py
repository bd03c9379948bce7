"""What the world says: models, accelerators and their prices and limits, looked up by name."""
