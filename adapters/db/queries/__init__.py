"""Queries that people and programs make of the records, one module for each capability.

Every answer is typed rows. A list comes in pages (`paging`), takes its own filter, and shows only what a `Sight` lets
its reader see. The default shows everything.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.db.queries import agreement as agreement
    from adapters.db.queries import bank as bank
    from adapters.db.queries import bank_files as bank_files
    from adapters.db.queries import commands as commands
    from adapters.db.queries import distributions as distributions
    from adapters.db.queries import evidence as evidence
    from adapters.db.queries import facts as facts
    from adapters.db.queries import histories as histories
    from adapters.db.queries import instalments as instalments
    from adapters.db.queries import journal as journal
    from adapters.db.queries import ledger as ledger
    from adapters.db.queries import milestones as milestones
    from adapters.db.queries import movement_life as movement_life
    from adapters.db.queries import payments as payments
    from adapters.db.queries import receipts as receipts
    from adapters.db.queries import runs as runs
    from adapters.db.queries import statements as statements


def __getattr__(name: str) -> ModuleType:
    """Import a module on its first use. A list needs one of them, and each takes milliseconds."""
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        raise AttributeError(name) from error
