"""The log as its pages show it: a page of entries, one entry with all that stands around it."""
