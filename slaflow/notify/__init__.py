"""The outbox: what waits, what was sent."""
