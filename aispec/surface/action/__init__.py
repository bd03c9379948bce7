"""The GitHub Action: everything it does, from its environment to its exit code."""
