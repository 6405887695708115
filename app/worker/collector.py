"""The threshold of Python's cycle collector. Neither a worker nor an audit makes cyclic garbage."""

import gc

ALLOCATIONS_PER_COLLECTION = 50_000
"""A run of 10,000 payments makes half a million objects. Default collections took a quarter of its time."""


def collect_seldom() -> None:
    """Raise the threshold in this process, and exempt everything imported so far."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_PER_COLLECTION)
