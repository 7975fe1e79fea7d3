"""One module per kind of channel: what it makes of a letter, and what it says of an answer."""
