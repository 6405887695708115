"""Values that every rule computes with: money, currencies, and the base of all records."""
