"""An amendment is the next version of the same agreement and keeps the meaning of ids in use.

The journal, not the documents, decides whether it touches what was paid already.
"""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, by_id, instalment_currency
from domain.agreement.model import Account, Agreement, Control
from domain.payees.model import details_of


def amendment(agreement: Agreement, previous: Agreement, in_force: Agreement) -> Iterator[AgreementFinding]:
    """Findings about changes that a new version may not make. `in_force` is `previous` with changed accounts."""
    if agreement.production != previous.production:
        sentence = f"it amends {previous.production!r}: keep that key, or register a new agreement."
        yield AgreementFinding(("production",), "amendment-production", sentence)
    if agreement.version != previous.version + 1:
        sentence = f"it follows version {previous.version}: write {previous.version + 1}."
        yield AgreementFinding(("version",), "amendment-version", sentence)
    if agreement.effective_on < previous.effective_on:
        sentence = (
            f"{agreement.effective_on} is before the previous version took effect ({previous.effective_on}): "
            "an amendment takes effect on that day or later."
        )
        yield AgreementFinding(("effective_on",), "amendment-effective", sentence)
    yield from _accounts(agreement, previous)
    yield from _payees(agreement, previous, in_force)
    yield from _instalments(agreement, previous)


def _accounts(agreement: Agreement, previous: Agreement) -> Iterator[AgreementFinding]:
    before = by_id(previous.accounts)
    for n, account in enumerate(agreement.accounts):
        earlier = before.get(account.id)
        if earlier and _identity(account) != _identity(earlier):
            sentence = (
                f"account {account.id!r} was another one (its owner, control or currency changed, or the number of an "
                "account of ours): give the new account an id of its own."
            )
            yield AgreementFinding(("accounts", n, "id"), "amendment-account", sentence)
    kept = by_id(agreement.accounts)
    for account in previous.accounts:
        if account.control is Control.CONTROLLED and account.id not in kept:
            sentence = (
                f"account {account.id!r} is ours and is missing: leave it in, also when nothing is paid from it any "
                "more, for its bank may still send statements and returns."
            )
            yield AgreementFinding(("accounts",), "amendment-account-missing", sentence)


def _payees(agreement: Agreement, previous: Agreement, in_force: Agreement) -> Iterator[AgreementFinding]:
    """Findings about accounts of payees with another bank or number than before, or than in force."""
    before, now = by_id(previous.accounts), by_id(in_force.accounts)
    for n, account in enumerate(agreement.accounts):
        if account.control is Control.CONTROLLED or account.id not in before:
            continue
        known = (details_of(before[account.id]), details_of(now[account.id]))
        if details_of(account) not in known:
            sentence = (
                f"the bank or number of account {account.id!r} changes, which an amendment may not: propose it by "
                f"`sluice account propose {agreement.production} {account.id}`, and leave it here as it was."
            )
            yield AgreementFinding(("accounts", n, "number"), "amendment-payee-account", sentence)


def _identity(account: Account) -> tuple[str, ...]:
    """What may not change: of a payee's account here, without its bank and number."""
    if account.control is Control.EXTERNAL:
        return account.owner, account.control, account.currency
    return account.owner, account.control, account.currency, account.bank, account.number


def _instalments(agreement: Agreement, previous: Agreement) -> Iterator[AgreementFinding]:
    before = by_id(previous.schedule)
    for n, instalment in enumerate(agreement.schedule):
        earlier = before.get(instalment.id)
        if earlier is None:
            continue
        same_currency = instalment_currency(agreement, instalment) == instalment_currency(previous, earlier)
        if instalment.purpose is not earlier.purpose or not same_currency:
            sentence = (
                f"instalment {instalment.id!r} had another purpose or currency before: a different payment needs an "
                "id of its own."
            )
            yield AgreementFinding(("schedule", n, "id"), "amendment-instalment", sentence)
