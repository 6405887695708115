"""The sets of events that the fold and the ledger check first are exactly those with a case."""

import inspect
import re
from typing import get_args

import pytest

from domain import events, milestones, state
from domain.bank import record
from domain.ledger import entries
from domain.payees import model as payees
from domain.payments import credit, folding, receipts, run_folding
from domain.sharing import distributions

EVENTS = {kind.__name__: kind for kind in get_args(get_args(events.Event)[0])}
TABLES = [
    (milestones.apply, state.OF_MILESTONES),
    (folding.apply, state.OF_PAYMENTS),
    (payees.apply, state.OF_PAYEES),
    (receipts.apply, state.OF_RECEIPTS),
    (credit.apply, state.OF_CREDITS),
    (run_folding.apply, state.OF_RUNS),
    (distributions.apply, state.OF_DISTRIBUTIONS),
    (entries._accrued, entries.ACCRUING),
    (entries._moved, entries.MOVING),
    (entries._adjusted, entries.ADJUSTING),
    (record._told, record.RECORDING),
]


@pytest.mark.parametrize(("part", "table"), TABLES, ids=lambda each: getattr(each, "__module__", ""))
def test_a_table_names_the_events_that_its_part_has_a_case_for(part, table):
    source = inspect.getsource(part) + (inspect.getsource(entries._unclaimed) if part is entries._moved else "")
    cases = re.findall(r"\b([A-Z][A-Za-z]+)\(", "".join(re.findall(r"case .*", source)))
    assert {EVENTS[name] for name in cases} == table
