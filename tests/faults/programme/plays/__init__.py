"""Families of faults."""
