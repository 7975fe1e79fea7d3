"""Files that the engine may write, and those that nothing is written over."""
