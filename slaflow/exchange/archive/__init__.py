"""The part of the log that lives in files."""
