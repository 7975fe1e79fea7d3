"""The SLA clock: its state and the rules that move it. Pure."""
