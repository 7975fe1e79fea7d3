"""The workflow file: reading, checking and compiling the agreement. Pure."""
