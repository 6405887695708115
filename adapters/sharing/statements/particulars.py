"""What an accountant looks for: who issues to whom, receipts by source, what was restated, payouts so far."""

from collections.abc import Iterator
from fractions import Fraction
from zoneinfo import ZoneInfo

from adapters.sharing.statements.tables import Cell, Figure, Row, Table, Weight, columns_of, pairs_of
from adapters.sharing.statements.words import Words
from domain.bank.messages import Address
from domain.sharing.statements import Addressee, ReceiptsFrom, Statement
from domain.values.money import Money


def described(statement: Statement, words: Words) -> Table:
    """List who issues the statement to whom, of what, and where to it is paid."""
    period, account = statement.period, statement.account
    span = words.say("document.span", id=period.id, first=words.day(period.first), last=words.day(period.last))
    pairs: list[tuple[str, Cell]] = []
    if statement.issuer is not None:
        pairs += [("issuer", statement.issuer.name), *_letterhead(statement.issuer, words)]
    pairs.append(("party", statement.party_name))
    if statement.addressee is not None:
        pairs += _letterhead(statement.addressee, words)
    pairs += [("production", statement.production_title), ("period", span)]
    pairs.append(("currency", words.currency(statement.currency)))
    if statement.issued_on is not None:
        pairs.append(("issued_on", statement.issued_on))
    if account is not None:
        pairs.append(("account", f"{account.bank} {account.number} ({account.currency})"))
    pairs.append(("reference", statement.reference))
    return pairs_of("", ((words.say(f"document.{name}"), value) for name, value in pairs))


def _letterhead(party: Addressee, words: Words) -> Iterator[tuple[str, str]]:
    if party.address is not None:
        yield "address", _address(party.address, words)
    for one in party.registrations:
        yield f"registration_{one.kind}", one.number


def _address(address: Address, words: Words) -> str:
    street = " ".join(filter(None, (address.street, address.building)))
    return f"{street}, {address.postcode} {address.town}, {words.country(address.country)}"


def at(statement: Statement, words: Words) -> str:
    """Return when the facts were known, in the production's zone."""
    known_at = statement.signature.known_at.astimezone(ZoneInfo(statement.time_zone))
    return f"{words.day(known_at.date())} {known_at:%H:%M:%S} {statement.time_zone}"


def accounted(statement: Statement, words: Words) -> Iterator[Table]:
    """The tables of receipts, restatements and payouts."""
    yield _receipts(statement, words)
    yield _restated(statement, words)
    yield _payouts(statement, words)


def _receipts(statement: Statement, words: Words) -> Table:
    currency = statement.currency
    rows = [
        Row(
            (
                one.source,
                words.country(one.territory) or "—",
                one.media or "—",
                *_counts(one, statement, words),
                one.amount,
                one.rate,
                Figure(one.converted.value, currency),
            )
        )
        for one in statement.receipts
    ]
    if rows:
        whole = sum((one.converted.value for one in statement.receipts), Fraction(0))
        blank = ("",) * (len(rows[0].cells) - 2)
        rows.append(Row((words.say("line.all_receipts"), *blank, Figure(whole, currency)), Weight.STRONG))
    counted = ("counts",) if _counted(statement) else ()
    names = ("source", "territory", "media", *counted, "own_amount", "rate", "converted")
    wide = (3, 3, 3, 3) if counted else (3, 3, 3)
    return Table(words.say("table.receipts"), columns_of(words, *names, wide=wide), tuple(rows))


def _counted(statement: Statement) -> bool:
    return any(one.metrics for one in statement.receipts)


def _counts(one: ReceiptsFrom, statement: Statement, words: Words) -> tuple[Cell, ...]:
    if not _counted(statement):
        return ()
    return (", ".join(f"{metric.name} {words.count(metric.count)}" for metric in one.metrics),)


def _restated(statement: Statement, words: Words) -> Table:
    rows = []
    for one in statement.restated:
        before = {amount.currency: amount for amount in one.before}
        after = {amount.currency: amount for amount in one.after}
        for code in sorted(before.keys() | after.keys()) or [""]:
            was, now = (sums.get(code) or (Money.zero(code) if code else None) for sums in (before, after))
            change = now - was if now is not None and was is not None else None
            versions = f"{one.version_before} → {one.version}"
            rows.append(Row((one.source, one.statement, versions, was, now, change)))
    names = ("source", "reported", "versions", "was", "now", "change")
    return Table(words.say("table.restated"), columns_of(words, *names, wide=(3, 3, 2)), tuple(rows))


def _payouts(statement: Statement, words: Words) -> Table:
    rows = tuple(
        Row((one.due_on, words.say(f"payout.{one.status}"), one.amount, one.owed)) for one in statement.payouts
    )
    return Table(
        words.say("table.payouts"), columns_of(words, "due_on", "standing", "amount", "owed", wide=(3, 5)), rows
    )
