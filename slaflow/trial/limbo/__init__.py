"""Counterexamples played: a way into a limbo as a story that happens."""
