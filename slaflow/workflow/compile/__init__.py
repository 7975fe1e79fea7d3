"""From the document to the model, part by part."""
