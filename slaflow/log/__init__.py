"""The log: entries, their canonical bytes, the hash chain and its verification. Pure."""
