"""Statements on what is sent that are not a sender's own: tried again, let go, shown, forgotten."""
