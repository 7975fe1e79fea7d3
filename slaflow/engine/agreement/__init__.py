"""Texts of agreements as they are read by both sides: versions, drafts, and what each changes."""
