"""The tables, noun by noun."""
