"""Temporal's own records of workflows."""
