"""Commitments: what was measured, what is owed of it, and the verdict. Pure."""
