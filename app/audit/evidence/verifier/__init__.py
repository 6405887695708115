"""Verifies a bundle by itself: Python >= 3.11 and nothing else, so that whoever holds a bundle needs no Sluice.

It shares no code with the rest: the rules for postings and lives are written here once more, from their description,
and a difference between the two readings is a finding. A bundle carries this package beside its `verify.py`.
"""
