"""Distributions in the domain alone: computed, disputed, posted, ordered, and stated."""

from dataclasses import replace
from datetime import UTC, date, datetime

from adapters.agreement.documents import parse_agreement
from domain.agreement.model import Account, Control
from domain.calendar.dates import period_end, period_start
from domain.events import DistributionObjected
from domain.sharing import distributions as d
from domain.sharing import ordering
from domain.sharing.entitlements import computed
from domain.sharing.payouts import payout_terms
from domain.sharing.statements import (
    Accounts,
    Ends,
    Issue,
    Period,
    Signature,
    statements,
)
from domain.sharing.waterfall.engines import ENGINES
from domain.sharing.waterfall.run import WaterfallVersion
from tests.domain.sharing.waterfall import deal

OBJECTED_ON = date(2025, 4, 9)


def agreement(section, parties, effective="2025-01-01", payer="spc"):
    written = deal.document(section, parties.split(), effective)
    return paid_by(parse_agreement(written.encode(), "deal.yaml").agreement, payer)


def paid_by(of, payer):
    """An agreement with an account of the payer that payouts leave."""
    account = Account(
        id="main",
        owner=payer,
        control=Control.CONTROLLED,
        currency=of.waterfall.currency,
        bic="SLUIKRSE",
        number="1",
        calendars=("KR",),
    )
    return of.model_copy(update={"accounts": (account,)})


def version(of):
    return WaterfallVersion(of.waterfall, tuple(party.id for party in of.parties), of.effective_on)


class Life:
    """Distributions under an agreement, which `amend` replaces. Every period is given all facts."""

    def __init__(self, section, parties="", whole=None):
        self.parties = parties
        self.agreement = whole or agreement(section, parties)
        self.versions = [version(self.agreement)]
        self.known = {}
        self.before = None

    def amend(self, section, effective):
        self.agreement = agreement(section, self.parties, effective)
        self.versions.append(version(self.agreement))

    def share(self, period, *facts, objects=None):
        """Distribute a period on all the facts known by then. Returns its statements. `objects` is by party."""
        until = period_end(period)
        after = Accounts.of(ENGINES.current.run, self.versions, deal.facts(*facts), until)
        event = computed(
            ENGINES.current,
            after.result,
            self.versions[-1],
            period,
            1,
            d.posted_to_date(self.known).keys(),
            until,
            until,
        )
        for each in d.compute(self.known, event):
            d.apply(self.known, each)
        for party, positions in (objects or {}).items():
            d.apply(
                self.known,
                DistributionObjected(
                    period=period, revision=1, party=party, by="x", positions=positions, reason="the rate"
                ),
            )
        for each in d.post(self.known, period, date(2099, 1, 1)):
            d.apply(self.known, each)
        _, self.ordered = ordering.order(self.known, period, "TEST", payout_terms(self.agreement))
        made = statements(self.issue(period, after))
        d.apply(self.known, self.ordered)
        self.before = after
        return {statement.party: statement for statement in made}

    def issue(self, period, after, **changed):
        return replace(
            Issue(
                agreement=self.agreement,
                period=Period(id=period, first=period_start(period), last=period_end(period)),
                ends=Ends(self.before, after),
                known=dict(self.known),
                ordered=self.ordered,
                objected_on={
                    (one.period, party): OBJECTED_ON for one in self.known.values() for party in one.objections
                },
                fx=(),
                due_on=date(2025, 5, 1),
                signature=Signature(
                    stream="production/TEST",
                    seq=1,
                    head="0" * 64,
                    engine="1",
                    agreement_version=1,
                    as_of=period_end(period),
                    known_at=datetime(2025, 5, 1, tzinfo=UTC),
                ),
            ),
            **changed,
        )
