"""Services of others as they document themselves, on loopback: with state, and with their errors."""
