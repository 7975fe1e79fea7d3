"""The command line: groups, options and output; every decision is made elsewhere."""
