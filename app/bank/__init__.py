"""The worker's side of the bank: the intake of its files."""
