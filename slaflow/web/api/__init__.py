"""The HTTP API for other systems: JSON, by tokens alone. All that is decided is decided by the engine."""
