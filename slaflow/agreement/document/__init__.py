"""The agreement as a page to read and to sign: what stands in it, and how it is set."""
