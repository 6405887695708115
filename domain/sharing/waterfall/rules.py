"""The rules of a run that engines differ in, by the number of the engine that brought them."""

from enum import IntEnum


class Rules(IntEnum):
    """Which rules a run follows. Each number has all rules of those before it.

    FIFTH: a fixed claim counts from the first version that has it; a credit note takes back what was declared; a share
    or a limit by a count needs counts that come with receipts; the order of one day's receipts is a term; every opening
    balance that a result depends on is demanded, and is not counted as received.
    """

    FOURTH = 4
    FIFTH = 5


LATEST = max(Rules)
"""The rules of everything that is computed anew."""
