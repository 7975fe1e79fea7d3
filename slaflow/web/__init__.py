"""Pages: links in messages lead here. All that is decided is decided by the engine."""
