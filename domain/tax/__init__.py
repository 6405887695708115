"""Tax at source and value added tax: dated rules, and what they make of a payment. Pure."""
