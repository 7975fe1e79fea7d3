"""What is said of a breach by hand, and of which. Pure."""
