"""Waterfalls, imports, distributions and statements as use cases."""
