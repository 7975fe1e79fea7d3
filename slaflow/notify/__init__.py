"""Messages on their way: to whom, over which channel, in which words, and what came of it."""
