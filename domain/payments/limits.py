"""Limits of what one person may release: above them a run needs a second release."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from domain.agreement.clauses import Limit
from domain.payments.payments import Payment, Payments
from domain.payments.runs import Run
from domain.values.money import Money, total

Released = Mapping[str, tuple[Run, Sequence[Payment]]]
"""Runs with their payments, by id."""


def released_on(runs: Mapping[str, Run], payments: Payments, but: Run, on: date) -> Released:
    """The other runs than `but` that were released on a day."""
    others = (run for run in runs.values() if run.id != but.id and run.released_on == on)
    return {run.id: (run, payments.of_run(run.id)) for run in others}


def exceeded(limits: Iterable[Limit], run: Run, lines: Sequence[Payment], earlier: Released, by: str) -> list[str]:
    """Each limit that a release of `run` by a user is above, as a sentence.

    `earlier` are the other runs that were released on the same day. Only amounts of the limit's currency count.
    """
    found = []
    for limit in limits:
        if limit.amount.currency == run.currency:
            others = [(each, paid) for each, paid in earlier.values() if each.currency == run.currency]
            found += [
                f"{what} is above the limit of {limit.amount} {_PER[limit.per]}"
                for what, amount in _measured(limit, run, lines, others, by)
                if amount > limit.amount
            ]
    return found


_PER = {
    "payment": "for one payment",
    "run": "for one run",
    "day": "for one day",
    "payee": "for one payee and day",
    "releaser": "for one releaser and day",
}


def _measured(
    limit: Limit, run: Run, lines: Sequence[Payment], others: Sequence[tuple[Run, Sequence[Payment]]], by: str
) -> Iterator[tuple[str, Money]]:
    """What a limit is about, each in words and with its amount."""
    paid = _sum(lines, run.currency)
    match limit.per:
        case "payment":
            yield from ((f"{line.id} of {line.amount}", line.amount) for line in lines)
        case "run":
            yield f"{run.id} of {paid}", paid
        case "day":
            amount = paid + _sum((line for _, more in others for line in more), run.currency)
            yield f"{amount} on the day", amount
        case "payee":
            for party in sorted({line.payee_party for line in lines}):
                every = [*lines, *(line for _, more in others for line in more)]
                amount = _sum((line for line in every if line.payee_party == party), run.currency)
                yield f"{amount} to {party} on the day", amount
        case "releaser":
            own = (line for each, more in others if each.released_by == by for line in more)
            amount = paid + _sum(own, run.currency)
            yield f"{amount} released by {by} on the day", amount


def _sum(lines: Iterable[Payment], currency: str) -> Money:
    return total((line.amount for line in lines), currency)
