"""Both parties' record, computed from the store."""
