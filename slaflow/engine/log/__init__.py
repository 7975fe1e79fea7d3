"""The log asked: read, replayed, signed, proved, put away."""
