"""Handoffs with what came of each, touches and ends of leads: kept as the log grows, made anew from it."""
