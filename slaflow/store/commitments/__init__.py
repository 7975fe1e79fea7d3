"""Commitments as they are stored: periods that are closed, and figures counted in the log."""
