"""Helpers to write a waterfall as in an agreement, and facts as short rows."""

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from adapters.agreement.documents import parse_agreement
from domain.sharing.waterfall.facts import (
    FactKind,
    Facts,
    ReceiptGroup,
    WaterfallFact,
)
from domain.sharing.waterfall.network import FIELDS, ReceiptKind
from domain.sharing.waterfall.result import Result
from domain.sharing.waterfall.rules import Rules
from domain.sharing.waterfall.run import WaterfallVersion, run
from domain.values.money import Money

HEAD = """sluice: 1
production: TEST
title: Test
version: 1
effective_on: {effective}
time_zone: UTC
parties:
{parties}
waterfall:
"""


def document(section, parties, effective="2025-01-01"):
    lines = "\n".join(f"  - {{id: {party}, name: {party}, kind: studio}}" for party in parties)
    indented = "\n".join("  " + line for line in section.strip("\n").splitlines())
    return HEAD.format(effective=effective, parties=lines) + indented + "\n"


def receipt(day, amount, counts=None, **fields):
    money = Money.parse(amount)
    words = {"currency": money.currency, **fields}
    kind = ReceiptKind(tuple(words.get(name, "") for name in FIELDS))
    counted = tuple(sorted((name, Fraction(count)) for name, count in (counts or {}).items()))
    return ReceiptGroup(date.fromisoformat(day), kind, money.minor, counts=counted)


def fact(kind, day, name, amount="0"):
    exact = Fraction(amount) if re.fullmatch(r"-?[0-9.]+", amount) else Fraction(Money.parse(amount).minor)
    return WaterfallFact(FactKind(kind), date.fromisoformat(day), name, exact)


def facts(*each):
    receipts = tuple(one for one in each if isinstance(one, ReceiptGroup))
    return Facts(receipts, tuple(one for one in each if isinstance(one, WaterfallFact)))


def version(section, parties, effective="2025-01-01"):
    agreement = parse_agreement(document(section, parties, effective).encode(), "deal.yaml").agreement
    return WaterfallVersion(agreement.waterfall, tuple(party.id for party in agreement.parties), agreement.effective_on)


@dataclass
class Shared:
    """A result in major units, as strings."""

    result: Result

    def _major(self, amount):
        return str(Fraction(amount) / Fraction(Money.parse(f"{self.result.currency} 1").minor))

    def __getitem__(self, party):
        return self._major(self.result.parties[party])

    def position(self, name):
        return self._major(self.result.positions[name])

    def recipient(self, name):
        return self._major(self.result.recipients[name])

    @property
    def parties(self):
        return {party: self[party] for party in self.result.parties}

    @property
    def splits(self):
        return [self._major(crossing.at) for crossing in self.result.crossings]


def share(section, parties, *each, as_of="2035-12-31", view=None, effective="2025-01-01", rules=Rules.FOURTH):
    """Run a section among parties (in one string) on receipts and facts."""
    one = version(section, parties.split(), effective)
    return Shared(run([one], facts(*each), date.fromisoformat(as_of), view, rules=rules))
