"""What admins look after: people, and all that lets slaflow reach them."""
