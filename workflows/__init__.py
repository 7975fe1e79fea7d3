"""Sample workflows beside their scenarios."""
