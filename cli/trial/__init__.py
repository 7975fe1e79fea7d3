"""Commands that try agreements: scenarios told, and how much of an agreement they show."""
