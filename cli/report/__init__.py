"""Both parties' record on the command line."""
