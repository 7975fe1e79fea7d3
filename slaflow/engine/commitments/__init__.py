"""What the parties owe per period: measured, closed, restated, reviewed."""
