"""The desk: what a page shows of leads and what may be done with them, as plain data, read at once."""
