"""Agreements as files: read, checked, and kept parsed by their hash."""
