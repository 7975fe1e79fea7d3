"""Jobs asked for by people: who has which in hand, and what they gave."""
