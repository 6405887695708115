"""Terms for cancelled milestones fit: percentages, and money that is claimed back from whom it was paid to."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path, by_id, instalment_currency
from domain.agreement.model import Agreement, DueAfter, Instalment

_WHOLE = 100


def cancellation(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Findings about `if_cancelled` and `claims_back`, and instalments that are written twice."""
    instalments, seen = by_id(agreement.schedule), dict[tuple[object, ...], str]()
    for n, instalment in enumerate(agreement.schedule):
        path: Path = ("schedule", n)
        yield from _percents(path, instalment)
        if instalment.claims_back is not None:
            yield from _claimed(path, agreement, instalment, instalments.get(instalment.claims_back))
        same = _said(instalment)
        if same in seen:
            sentence = (
                f"it says the same as {seen[same]!r}, title included, and would be paid twice: take one out, or tell "
                "them apart by their titles."
            )
            yield AgreementFinding(path, "duplicate-instalment", sentence)
        seen.setdefault(same, instalment.id)


def _percents(path: Path, instalment: Instalment) -> Iterator[AgreementFinding]:
    terms = instalment.if_cancelled
    if terms is None:
        return
    for field in ("kill_fee_percent", "claim_back_percent"):
        if not 0 <= getattr(terms, field) <= _WHOLE:
            sentence = f"{getattr(terms, field)} % is no part of it: write 0 to 100."
            yield AgreementFinding((*path, "if_cancelled", field), "no-part", sentence)
    if not isinstance(instalment.due, DueAfter):
        sentence = "it is due on a date and after no milestone, so that none can be cancelled: take this out."
        yield AgreementFinding((*path, "if_cancelled"), "no-milestone", sentence)


def _claimed(
    path: Path, agreement: Agreement, instalment: Instalment, paid: Instalment | None
) -> Iterator[AgreementFinding]:
    here = (*path, "claims_back")
    if paid is None:
        sentence = f"there is no instalment {instalment.claims_back!r} whose money could come back."
        yield AgreementFinding(here, "unknown-instalment", sentence)
        return
    owners = {account.id: account.owner for account in agreement.accounts}
    turned = (instalment.payer, instalment.purpose) == (paid.payee, paid.purpose)
    if (
        not turned
        or owners.get(instalment.payee) != owners.get(paid.payer)
        or instalment_currency(agreement, instalment) != instalment_currency(agreement, paid)
    ):
        sentence = (
            f"money of {paid.id!r} comes back from {paid.payee!r} to an account of who paid it, for {paid.purpose}, in "
            "its currency: write it so."
        )
        yield AgreementFinding(here, "claims-back-otherwise", sentence)


def _said(instalment: Instalment) -> tuple[object, ...]:
    return tuple(value for name, value in instalment if name not in {"id", "bank_codes", "if_cancelled"})
