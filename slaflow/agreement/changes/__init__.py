"""Two agreements compared: what differs, in sentences, for whom, and which way."""
