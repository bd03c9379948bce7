"""Pictures of what aispec writes, taken with the machine's own Chromium."""
