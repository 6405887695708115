"""Queries: what people and programs ask of the records, a module for each capability.

Every answer is typed rows. A list comes in pages (`paging`), takes a filter of its own, and shows only what a `Sight`
lets its reader see; by default that is everything.
"""
