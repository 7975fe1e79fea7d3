"""One module per kind of system that sends: what shows that it sent it, and what a delivery says."""
