"""Files that come in: rows read by a map, in order of time, down the one write path."""
