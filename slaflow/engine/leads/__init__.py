"""What is done with leads and shown of them, one or many."""
