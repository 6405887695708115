"""The closed lists of kinds: who is paid, and for what. Tables of countries say which term of law each kind is."""

from collections.abc import Mapping
from enum import StrEnum


class PayeeKind(StrEnum):
    """Who is paid."""

    INDIVIDUAL = "individual"
    COMPANY = "company"
    ARTIST_COMPANY = "artist-company"
    PUBLIC_BODY = "public-body"


class IncomeKind(StrEnum):
    """What a payment is for. One contract may be several lines of different kinds."""

    COPYRIGHT_LICENCE = "copyright-licence"
    COPYRIGHT_ASSIGNMENT = "copyright-assignment"
    OTHER_ROYALTY = "other-royalty"
    ARTIST_FEE = "artist-fee"
    SERVICES = "services"
    SERVICES_ABROAD = "services-abroad"
    OCCASIONAL_FEE = "occasional-fee"
    LOAN_INTEREST = "loan-interest"
    DIVIDEND = "dividend"
    SILENT_PARTNERSHIP = "silent-partnership"
    GOODS = "goods"


PAYEES: Mapping[PayeeKind, str] = {
    PayeeKind.INDIVIDUAL: "a person in their own name",
    PayeeKind.COMPANY: "a company, also a fund or a special purpose company",
    PayeeKind.ARTIST_COMPANY: "a company that is paid for what its artists perform; in other business as a company",
    PayeeKind.PUBLIC_BODY: "a state, a municipality, or a body of public law",
}
"""What each kind of payee means, the same for all countries."""

INCOMES: Mapping[IncomeKind, str] = {
    IncomeKind.COPYRIGHT_LICENCE: "the use of a work: a film, a script, a book, a comic, a remake, a broadcast",
    IncomeKind.COPYRIGHT_ASSIGNMENT: "the copyright itself, or a part of it, for good",
    IncomeKind.OTHER_ROYALTY: "other rights: trade marks, characters on goods, designs, know-how",
    IncomeKind.ARTIST_FEE: "what an artist performs in person in the payer's country; air fare and daily allowance too",
    IncomeKind.SERVICES: "work in the payer's country without a permanent establishment or fixed base, under 183 days",
    IncomeKind.SERVICES_ABROAD: "work done wholly outside the payer's country",
    IncomeKind.OCCASIONAL_FEE: "a fee of a person for whom it is no trade: one lecture, one manuscript",
    IncomeKind.LOAN_INTEREST: "interest on a loan, from a lender that is no bank",
    IncomeKind.DIVIDEND: "a dividend of a company that is not listed",
    IncomeKind.SILENT_PARTNERSHIP: "a distribution to a silent partner",
    IncomeKind.GOODS: "goods, printing, transport, and other things that are not taxed at source",
}
"""What each kind of income means, the same for all countries."""


def in_words(kind: PayeeKind | IncomeKind) -> str:
    """The kind as words in a sentence: `copyright licence`."""
    return kind.value.replace("-", " ")
