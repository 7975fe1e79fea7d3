"""What dealing reads and keeps: teams' turns, who has how many leads, and which wait."""
