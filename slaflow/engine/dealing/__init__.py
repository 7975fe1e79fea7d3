"""Teams dealt by the store: what waits for them, and what somebody hands over."""
