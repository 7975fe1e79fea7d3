"""How a team is dealt: what is read of other leads, and who is chosen by it."""
