"""Tax: what is withheld, by which rule, and when it is due."""
