"""Who signs in, as it is kept: passwords, sessions, failed attempts, links that are good once."""
