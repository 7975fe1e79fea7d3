"""One module per kind of CRM: how its records are found, read and written, and what its answers mean."""
