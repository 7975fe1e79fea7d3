"""The link to other systems: what changed there, read."""
