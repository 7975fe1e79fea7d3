"""The search for a lead of which nobody owes anything, over all that a history can make of it."""
