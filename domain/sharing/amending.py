"""What an amendment may not change, because figures on record rest on it."""

from collections.abc import Collection

from domain.agreement.model import Agreement
from domain.errors import Refused
from domain.sharing.distributions import Distributions, posted_to_date


def refuse_changed_ground(agreement: Agreement, distributions: Distributions, converted_to: Collection[str]) -> None:
    """Check that the figures on record can be gone on from under an amendment.

    `converted_to` has the currencies into which imported facts were converted.

    Raises:
        Refused: the waterfall's currency changes, or a party with postings or the whole waterfall is dropped.
    """
    posted = posted_to_date(distributions)
    currencies = sorted({*converted_to, *(amount.currency for amount in posted.values())})
    now = agreement.waterfall.currency if agreement.waterfall is not None else None
    if now is None and currencies:
        raise Refused(
            "waterfall: what is imported and posted rests on it, so an amendment may not drop it: leave it in, and "
            "import nothing more if nothing more is shared."
        )
    for currency in currencies:
        if currency != now:
            raise Refused(
                f"waterfall.currency: what is imported and posted is in {currency}, so an amendment may not make it "
                f"{now}: leave it, or register a new production for what is earned from a day on, with what is open "
                f"here as its opening balances, converted at the rate of that day.",
                currency=currency,
            )
    kept = {party.id for party in agreement.parties}
    for party, amount in posted.items():
        if party not in kept and amount.minor:
            raise Refused(
                f"parties: {amount} is posted for {party}, so an amendment may not drop it: leave the party in, "
                "without a position if it gets nothing more.",
                party=party,
            )
