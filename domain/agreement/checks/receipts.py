"""Receipts can be converted: real currencies, one rule for each, and a source for every rate."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path, currency_findings
from domain.agreement.model import Agreement


def receipt_fx(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Two rules for one currency, a reference rate without a source, or a source with the bank's rate."""
    seen: set[str | None] = set()
    for n, rule in enumerate(agreement.receipt_fx):
        path: Path = ("receipt_fx", n)
        if rule.base in seen:
            which = f"receipts in {rule.base}" if rule.base else "receipts in any other currency"
            yield AgreementFinding((*path, "base"), "duplicate", f"there are two rules for {which}: keep one.")
        seen.add(rule.base)
        if rule.base is not None:
            yield from currency_findings((*path, "base"), rule.base)
        if rule.at == "bank_rate" and rule.source is not None:
            sentence = "at the bank's rate each row brings its own: take the source out, or name another kind of rate."
            yield AgreementFinding((*path, "source"), "source-unused", sentence)
        if rule.at == "bank_rate" and rule.published_on:
            sentence = "at the bank's rate nothing published is used: take this out, or name another kind of rate."
            yield AgreementFinding((*path, "published_on"), "source-unused", sentence)
        if rule.at != "bank_rate" and rule.source is None:
            sentence = "a rate that is looked up needs a source: add one, such as ECB, or write `at: bank_rate`."
            yield AgreementFinding((*path, "at"), "no-source", sentence)
