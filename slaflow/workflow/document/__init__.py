"""The workflow file as it is written: its keys, their types, and what is wrong with them."""
