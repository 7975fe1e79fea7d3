"""The network, guarded: which addresses may be called, and the one client that calls them."""
