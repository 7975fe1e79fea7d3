"""The outbox as people and scripts see it and work on it."""
