"""The lead: its state, scoring, and the decision core. Pure."""
