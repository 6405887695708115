"""The statements of the example waterfalls: real contracts, with the facts that come with them, year by year."""

from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from adapters.agreement.documents import load_agreement
from app.sharing.waterfall import facts_of
from domain.sharing.statements import ties
from tests.domain.sharing.statements.life import Life, paid_by

FOLDER = Path(__file__).parents[2] / "examples" / "waterfalls"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.stem.endswith("-facts"))


@pytest.mark.parametrize("name", NAMES)
def test_every_year_of_an_example_can_be_stated_to_everybody(name):
    agreement = load_agreement(FOLDER / f"{name}.yaml").agreement
    facts = facts_of(FOLDER / f"{name}.yaml", list(FOLDER.glob(f"{name}-facts.*")))
    life = Life("", whole=paid_by(agreement, agreement.parties[-1].id))
    known: list[Any] = [*facts.receipts, *facts.others]
    for year in sorted({fact.on.year for fact in known}):
        told = life.share(str(year), *known)
        assert told.keys() == life.known[str(year)].parties
        for party, statement in told.items():
            assert ties(statement) == ()
            assert (
                statement.settlement.entitlement - statement.settlement.reserved == life.known[str(year)].to_date[party]
            )
            unexplained = [line for line in statement.adjustments if line.position == "brought-forward"]
            assert unexplained == []
    assert list(chain(*(statement.recoupments for statement in told.values())))
