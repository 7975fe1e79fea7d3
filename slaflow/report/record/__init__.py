"""What the pages of the record show, counted for them."""
