"""Scripts that keep the project honest; nothing of the package needs them."""
