"""Use cases of the books: the trial balance valued in one currency, and the files for other programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from adapters.db.queries import ledger
from adapters.db.queries.ledger import EntryFilter
from adapters.db.rates import published_until
from adapters.db.records import Records
from adapters.ledger.books import LedgerBooks
from app.output_files import whole
from domain.agreement.model import Agreement
from domain.errors import BadInput, NotFound
from domain.ledger.books import RateOn, TrialLine, trial_balance
from domain.rates import Book, cross
from domain.values.currency import exponent

_STALE = timedelta(days=10)
"""How old a published rate may be on the day that it is used for. Sources pause for holidays."""


class BooksFormat(StrEnum):
    """Formats of a file of the books."""

    CSV = "csv"
    XLSX = "xlsx"
    BEANCOUNT = "beancount"


@dataclass(frozen=True)
class Valuation:
    """How books are valued: on a day, in a currency, at the rates of a source (None: the contract's)."""

    on: date
    currency: str
    source: str | None = None


def valuation(agreement: Agreement, on: date, currency: str | None, source: str | None) -> Valuation:
    """A valuation, by default in the currency of the waterfall, else of the first own account.

    Raises:
        BadInput: the agreement has neither, and no currency is named.
    """
    if currency is None and agreement.waterfall is not None:
        currency = agreement.waterfall.currency
    if currency is None:
        currency = next((account.currency for account in agreement.controlled), None)
    if currency is None:
        raise BadInput(f"{agreement.production} has no own account: name the currency of its books with --in.")
    exponent(currency)
    return Valuation(on, currency, source)


def trial_of(records: Records, agreement: Agreement, production: str, valued: Valuation) -> list[TrialLine]:
    """The trial balance of a production.

    Raises:
        NotFound: a rate is missing.
    """
    sums = ledger.day_sums(records.connection, production, valued.on)
    first = min((each.on for each in sums), default=valued.on)
    return trial_balance(sums, valued.currency, valued.on, _rates(records, agreement, valued, first))


def books_of(
    records: Records, agreement: Agreement, production: str, valued: Valuation, since: date | None
) -> LedgerBooks:
    """The books of a production until the day of the valuation. `since` leaves out earlier lines, not their sums.

    What a file leaves out is not read: only the trial balance raises NotFound for a missing rate.
    """
    chosen = EntryFilter(production, since=since, until=valued.on)
    return LedgerBooks(
        title=f"{production}: {agreement.title}",
        currency=valued.currency,
        on=valued.on,
        journal=ledger.journal(records.connection, production, since, valued.on),
        general=lambda: ledger.general_ledger(records.connection, chosen).items,
        trial=lambda: trial_of(records, agreement, production, valued),
    )


def _rates(records: Records, agreement: Agreement, valued: Valuation, first: date) -> RateOn:
    if valued.source is None:
        contract = {(rule.base, rule.quote): rule.contract for rule in agreement.fx}
        return lambda held, _: cross(contract, held, valued.currency)
    return _published(
        valued.source, published_until(records, valued.source, first - _STALE, valued.on), valued.currency
    )


def _published(source: str, books: Mapping[date, Book], currency: str) -> RateOn:
    """The rate of a day, else that of the last day before on which the source published."""

    def _rate(held: str, on: date) -> Decimal:
        for age in range(_STALE.days + 1):
            book = books.get(on - timedelta(days=age))
            if book is not None:
                return cross(book, held, currency)
        raise NotFound(
            f"{source} has no rate of {held} in {currency} for {on} or the {_STALE.days} days before: import its rates "
            "with `sluice rate import`, or leave out --rates for the contract's rates.",
            source=source,
        )

    return _rate


def write_books(books: LedgerBooks, form: BooksFormat, file: Path, made_at: datetime) -> None:
    """Write a file of the books atomically.

    Raises:
        BadInput: the file's folder does not exist.
    """
    with whole(file) as unfinished:
        match form:
            case BooksFormat.CSV:
                from adapters.ledger.csv_file import write_csv

                write_csv(books, unfinished)
            case BooksFormat.XLSX:
                from adapters.ledger.xlsx import write_xlsx

                write_xlsx(books, unfinished, made_at)
            case BooksFormat.BEANCOUNT:
                from adapters.ledger.beancount import write_beancount

                write_beancount(books, unfinished)
