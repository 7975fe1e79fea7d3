"""What reports count, counted by the database from the log's entries; nothing here loads the log."""
