"""Open leads moved to the version in force: which, checked first, previewed, planned, carried out."""
