"""The log as it is stored: appended, asked, signed for, put away."""
