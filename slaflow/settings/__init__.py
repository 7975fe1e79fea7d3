"""Where things are and who is told how: options, environment, slaflow.toml, secrets."""
