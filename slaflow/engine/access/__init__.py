"""Who signs in, and who asks: passwords, sessions, links that are good once."""
