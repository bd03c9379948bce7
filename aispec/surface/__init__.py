"""Where people and machines meet aispec. Only here are environment, clock and terminal read."""
