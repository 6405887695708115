"""Instalments fit their purpose and accounts: direction, and currencies at both ends."""

from collections.abc import Iterator

from domain.agreement.checks.finding import (
    AgreementFinding,
    Path,
    by_id,
    currency_findings,
    instalment_currency,
)
from domain.agreement.model import Account, Agreement, Control, Instalment, Purpose
from domain.bank.messages import MAX_RATE_DECIMALS, MAX_RATE_DIGITS, carries_rate


def flows(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Findings about the direction against the purpose, and the currency against both accounts."""
    accounts = by_id(agreement.accounts)
    for n, instalment in enumerate(agreement.schedule):
        payer, payee = accounts.get(instalment.payer), accounts.get(instalment.payee)
        if payer is None or payee is None:
            continue
        yield from _direction(("schedule", n), instalment, payer, payee)
        if payer.control is Control.CONTROLLED and not payer.may_pay(instalment.purpose):
            sentence = (
                f"account {payer.id!r} is for {' and '.join(payer.uses or ()) or 'nothing'}, and this is "
                f"{instalment.purpose}: name another payer, or add it to the account's uses."
            )
            yield AgreementFinding(("schedule", n, "payer"), "account-use", sentence)
        currency = instalment_currency(agreement, instalment)
        if currency is None:
            continue
        if instalment.amount is not None:
            yield from currency_findings(("schedule", n, "amount"), currency)
        if payee.currency != currency:
            sentence = (
                f"it is paid in {currency} and {payee.id!r} is an account in {payee.currency}, so what arrives is "
                f"not what was agreed: name an account of the payee in {currency}."
            )
            yield AgreementFinding(("schedule", n, "payee"), "payee-currency", sentence)
        yield from _conversion(agreement, ("schedule", n, "payer"), payer, currency)
    for n, contract in enumerate(agreement.totals):
        yield from currency_findings(("totals", n, "amount"), contract.amount.currency)


def _direction(path: Path, instalment: Instalment, payer: Account, payee: Account) -> Iterator[AgreementFinding]:
    purpose = instalment.purpose
    if purpose is Purpose.PARTICIPATION:
        sentence = "shares of the earnings are paid by distributions under the waterfall: take the instalment out."
        yield AgreementFinding((*path, "purpose"), "purpose-participation", sentence)
    if purpose is Purpose.REFUND:
        sentence = "a refund is made of a movement by `sluice movement allocate --refund`: take the instalment out."
        yield AgreementFinding((*path, "purpose"), "purpose-refund", sentence)
    if purpose is Purpose.LATE_INTEREST:
        sentence = "late interest is claimed by `sluice payment claim-interest`: take the instalment out."
        yield AgreementFinding((*path, "purpose"), "purpose-late-interest", sentence)
    if payer.control is payee.control:
        if payer.control is Control.CONTROLLED:
            sentence = (
                f"{payer.id!r} and {payee.id!r} are both controlled, and a transfer between own accounts is no "
                "instalment: take it out, or name an external account."
            )
            code = "both-controlled"
        else:
            sentence = (
                f"{payer.id!r} and {payee.id!r} are both external, so Sluice sees nothing of it: "
                "make one of them controlled, or take the instalment out."
            )
            code = "both-external"
        yield AgreementFinding((*path, "payer"), code, sentence)
    elif purpose.incoming and payer.control is Control.CONTROLLED:
        sentence = f"a {purpose} comes in, but {payer.id!r} is our own account: swap payer and payee, or correct this."
        yield AgreementFinding((*path, "purpose"), "purpose-direction", sentence)
    elif not purpose.incoming and payer.control is Control.EXTERNAL and instalment.claims_back is None:
        sentence = f"{purpose} is money going out, but {payer.id!r} is external: swap payer and payee, or correct this."
        yield AgreementFinding((*path, "purpose"), "purpose-direction", sentence)


def _conversion(agreement: Agreement, path: Path, payer: Account, currency: str) -> Iterator[AgreementFinding]:
    """A controlled account needs a rule to convert. An external payer converts by itself."""
    if payer.control is Control.EXTERNAL or payer.currency == currency:
        return
    if any((rule.base, rule.quote) == (currency, payer.currency) for rule in agreement.fx):
        return
    sentence = (
        f"{currency} is paid from {payer.id!r}, an account in {payer.currency}: add an fx rule with "
        f"base {currency} and quote {payer.currency}, or pay from an account in {currency}."
    )
    yield AgreementFinding(path, "no-fx-rule", sentence)


def fx_rules(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Findings about rules: two real currencies, a positive rate, and a source for a reference rate."""
    for n, rule in enumerate(agreement.fx):
        path: Path = ("fx", n)
        if rule.base == rule.quote:
            yield AgreementFinding(
                (*path, "quote"), "fx-same", f"{rule.base} needs no rate to itself: name another currency."
            )
        if rule.contract <= 0:
            sentence = f"a rate must be more than 0: write how many {rule.quote} buy one {rule.base}."
            yield AgreementFinding((*path, "contract"), "not-positive", sentence)
        elif not carries_rate(rule.contract):
            sentence = (
                f"{rule.contract} does not go into a bank file: write at most {MAX_RATE_DIGITS} digits, "
                f"{MAX_RATE_DECIMALS} of them decimals."
            )
            yield AgreementFinding((*path, "contract"), "rate-too-long", sentence)
        for field, value in (("source", rule.source), ("fixing", rule.fixing)):
            if rule.pay_at == "reference" and value is None:
                sentence = f"a reference rate needs {field}: add it, or pay at the contract rate."
                yield AgreementFinding((*path, "pay_at"), "fx-no-reference", sentence)
        if rule.pay_at == "contract" and rule.published_on:
            sentence = "at the contract rate nothing published is used: take this out, or pay at a reference rate."
            yield AgreementFinding((*path, "published_on"), "source-unused", sentence)
        if rule.pay_at == "reference" and rule.deal is not None:
            sentence = "a deal has a rate of its own: write `pay_at: contract` with that rate, or take the deal out."
            yield AgreementFinding((*path, "deal"), "deal-without-rate", sentence)
        yield from currency_findings((*path, "base"), rule.base)
        yield from currency_findings((*path, "quote"), rule.quote)
