"""Temporal activities: one public method is one database transaction."""
