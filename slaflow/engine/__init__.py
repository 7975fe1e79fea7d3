"""The use cases; opens the transactions and owns the one wall clock."""
