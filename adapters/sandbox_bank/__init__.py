"""A bank to practise with: its own process, books and checks, and faults on demand.

It shares no code with `adapters.bank`, so its books are an independent check of Sluice's.
"""
