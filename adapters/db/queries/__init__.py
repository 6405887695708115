"""Queries that people and programs make of the records, one module for each capability.

Every answer is typed rows. A list comes in pages (`paging`), takes its own filter, and shows only what a `Sight` lets
its reader see. The default shows everything.
"""
