"""The compiled agreement: what the decision core runs."""
