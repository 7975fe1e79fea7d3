"""Leads on the command line."""
