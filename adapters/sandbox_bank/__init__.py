"""A bank to practise with: a process with books of its own, checks of its own, and faults on demand.

It shares no code with `adapters.bank`, so that its books can stand against Sluice's as an oracle.
"""
