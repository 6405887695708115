"""Rows of distributions: snapshots of the fold, with their amounts as JSON."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from domain.sharing.distributions import Distribution, ExchangedShare, Objection
from domain.values.money import Money

Row = Mapping[str, Any]


def distribution_row(production: str, distribution: Distribution) -> dict[str, Any]:
    """A row of `distribution`: its period, and everything else as one JSON value."""
    return {
        "production": production,
        "period": distribution.period,
        "status": distribution.status,
        "until": distribution.until.isoformat(),
        "body": {
            "revision": distribution.revision,
            "result": distribution.result,
            "engine": distribution.engine,
            "version": distribution.version,
            "answer_by": distribution.answer_by.isoformat(),
            "pay_on": distribution.pay_on.isoformat(),
            "shares": [[party, position, str(exact)] for (party, position), exact in distribution.shares.items()],
            "to_date": _amounts_row(distribution.to_date),
            "approvals": dict(distribution.approvals),
            "objections": {
                party: [one.by, list(one.positions), one.reason, *([dict(one.documents)] if one.documents else [])]
                for party, one in distribution.objections.items()
            },
            "posted": _amounts_row(distribution.posted),
            "ordered": _amounts_row(distribution.ordered),
            "payouts": distribution.payouts,
            "reserves": _amounts_row(distribution.reserves),
            "reserved": _amounts_row(distribution.reserved),
            "kept": _amounts_row(distribution.kept),
        }
        | _exchanged_row(distribution),
    }


def _exchanged_row(distribution: Distribution) -> dict[str, Any]:
    """What is paid in other currencies. Rows without any are as they were before there could be some."""
    exchanged = [[one.payment, one.party, str(one.owed), str(one.paid)] for one in distribution.exchanged]
    return {"exchanged": exchanged} if exchanged else {}


def distribution_of(row: Row) -> Distribution:
    """The distribution of a row."""
    body = row["body"]
    return Distribution(
        period=row["period"],
        until=row["until"],
        revision=body["revision"],
        status=row["status"],
        result=body["result"],
        engine=body["engine"],
        version=body["version"],
        answer_by=date.fromisoformat(body["answer_by"]),
        pay_on=date.fromisoformat(body["pay_on"]),
        shares={(party, position): Fraction(exact) for party, position, exact in body["shares"]},
        to_date=_amounts_of(body["to_date"]),
        approvals=body["approvals"],
        objections={
            party: Objection(by, tuple(positions), reason, *documents)
            for party, (by, positions, reason, *documents) in body["objections"].items()
        },
        posted=_amounts_of(body["posted"]),
        ordered=_amounts_of(body["ordered"]),
        payouts=body["payouts"],
        # Rows written before these fields existed have none.
        reserves=_amounts_of(body.get("reserves", {})),
        reserved=_amounts_of(body.get("reserved", {})),
        kept=_amounts_of(body.get("kept", {})),
        exchanged=tuple(
            ExchangedShare(payment, party, Money.parse(owed), Money.parse(paid))
            for payment, party, owed, paid in body.get("exchanged", ())
        ),
    )


def _amounts_row(amounts: Mapping[str, Money]) -> dict[str, str]:
    return {party: str(amount) for party, amount in amounts.items()}


def _amounts_of(written: Mapping[str, str]) -> dict[str, Money]:
    return {party: Money.parse(amount) for party, amount in written.items()}
