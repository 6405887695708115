"""Temporal workflows: they wait and decide who acts next. The rules are in `domain`."""
