"""A draft of an agreement told the recorded leads of its name, in shards that several processes share."""
