"""The record: both parties' figures, their review and its signatures."""
