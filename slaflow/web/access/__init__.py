"""Getting in: passwords, links, another provider, the cookie; and one's own account."""
