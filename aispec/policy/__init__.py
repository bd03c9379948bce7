"""Rules: the language they are written in, and what they find."""
