"""What tables hold, noun by noun: statements that read and write it."""
