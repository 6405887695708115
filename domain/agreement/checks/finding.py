"""The finding of a check, and helpers that checks share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol, TypeVar

from domain.agreement.model import Agreement, Instalment
from domain.errors import UnknownCurrency
from domain.values.currency import exponent

Path = tuple[str | int, ...]
"""A place in the document: field names and, in lists, indices from 0."""


@dataclass(frozen=True, slots=True)
class AgreementFinding:
    """One thing wrong with an agreement: place, stable code, and a sentence with what to do."""

    path: Path
    code: str
    sentence: str


class Named(Protocol):
    """Anything in the agreement with an id."""

    @property
    def id(self) -> str:
        """The id that the rest of the document uses."""


_N = TypeVar("_N", bound=Named)


def by_id(items: Iterable[_N]) -> Mapping[str, _N]:
    """The items by id. Of duplicates (another finding) the first counts."""
    found: dict[str, _N] = {}
    for item in items:
        found.setdefault(item.id, item)
    return found


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """The nearest known name for an unknown one, or all known names."""
    names = list(known)
    close = get_close_matches(written, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"write one of {', '.join(names)}." if names else "there is none to name: add it."


def currency_findings(path: Path, code: str) -> Iterable[AgreementFinding]:
    """A finding if the currency is unknown."""
    try:
        exponent(code)
    except UnknownCurrency as error:
        yield AgreementFinding(path, "unknown-currency", error.sentence)


def instalment_currency(agreement: Agreement, instalment: Instalment) -> str | None:
    """The currency of an instalment, its own or its total's; None if neither is known."""
    if instalment.amount is not None:
        return instalment.amount.currency
    contract = by_id(agreement.totals).get(instalment.of or "")
    return contract.amount.currency if contract else None
