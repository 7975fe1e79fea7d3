"""Handoffs with what came of each, kept beside the log as it grows, and made anew from it."""
