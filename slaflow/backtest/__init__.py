"""What a draft of an agreement would have made of what was recorded under another. Pure."""
