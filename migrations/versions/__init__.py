"""The revisions. They import nothing of slaflow: what they made must never change with it."""
