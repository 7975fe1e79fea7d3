"""What is set up, checked and tried out on the command line."""
