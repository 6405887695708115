"""Who acts, and who may: use cases of people."""
