"""How often Python looks for garbage in cycles, of which neither a worker nor an audit makes any."""

import gc

ALLOCATIONS_PER_COLLECTION = 50_000
"""A run of 10,000 payments makes half a million objects, and looking through them took a quarter of its time."""


def collect_seldom() -> None:
    """From now on, in this process; what has been imported is not looked through again at all."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_PER_COLLECTION)
