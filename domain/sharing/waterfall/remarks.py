"""What a reader of a run's figures should know besides, in sentences."""

from collections.abc import Iterator
from fractions import Fraction

from domain.sharing.waterfall.order import changes
from domain.sharing.waterfall.result import Result, written


def remarks(result: Result) -> Iterator[str]:
    """Where order and days of counts decided; what is owed back, waits, or was taken over."""

    def said(amount: Fraction) -> str:
        """Return an amount in major units."""
        return written(amount, result.currency)["decimal"]

    for mattered in result.orders:
        kinds = " before ".join(str(kind) for kind in mattered.kinds)
        yield f"{mattered.on}: the order mattered: {kinds}; another changes {changes(mattered, result.currency)}"
    for count in result.counted:
        yield f"{count.on}: {'; '.join(count.labels)}, for what comes in from this day on: it is the day of the count"
    for claim, amount in result.owed_back.items():
        yield f"{claim}: {said(amount)} was recouped beyond the claim and is owed back"
    for each in result.waiting:
        refund = said(Fraction(each.amount))
        yield f"{each.on}: a refund of {refund} waits for receipts of its kind ({each.kind}), and nobody bears it yet"
    if result.opened:
        yield f"taken over: {said(result.opened)}, which is not in what was received"
