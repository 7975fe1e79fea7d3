"""``slaflow tick`` on the command line."""
