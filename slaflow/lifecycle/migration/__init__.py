"""Leads that move to another version of their agreement: what the change makes of their clocks. Pure."""
