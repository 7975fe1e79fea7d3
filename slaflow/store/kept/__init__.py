"""What reports look up: rows kept as the log grows, and made anew from it."""
