"""What must be there before leads are: people, agreements, tables; and whether all is in order."""
