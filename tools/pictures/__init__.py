"""Pictures for the documentation, drawn from what aispec writes today by a Chromium."""
