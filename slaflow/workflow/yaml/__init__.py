"""YAML text into plain data that knows where it stands."""
