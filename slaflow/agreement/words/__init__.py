"""Parts of sentences: names, conditions, spans, deeds, as both the page and the comparison say them."""
