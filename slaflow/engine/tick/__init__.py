"""Enforcing what fell due: one round, and the worker that goes on."""
