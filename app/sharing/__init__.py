"""Waterfalls, imports, distributions and statements, as people ask for them."""
