"""Temporal workflows: they wait, and decide who goes next. Rules live in `domain`."""
