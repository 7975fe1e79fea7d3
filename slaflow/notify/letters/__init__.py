"""What is said to people: what a message tells, as of when, whether it still is true, and in which words."""
