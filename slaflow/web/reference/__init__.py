"""``/api``: the description of the API, set for people."""
