"""Money, currencies, and the base of all records."""
