"""Verifies a bundle with Python >= 3.11 alone, so that its holder does not need Sluice.

It shares no code with the rest. It implements the rules for postings and lives again from their description, so any
difference becomes a finding. A bundle carries this package beside its `verify.py`.
"""
