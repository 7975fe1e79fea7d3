"""Other systems and slaflow keep each other true: what they send, and what their fields show."""
