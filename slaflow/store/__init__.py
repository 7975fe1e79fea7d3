"""All SQL: tables, statements, transactions."""
