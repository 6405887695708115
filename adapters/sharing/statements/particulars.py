"""What an accountant looks for: who issues to whom, receipts by source, what was restated, payouts so far."""

from collections.abc import Iterator
from fractions import Fraction
from zoneinfo import ZoneInfo

from adapters.sharing.statements.tables import Cell, Column, Figure, Row, Table, Weight, columns_of, pairs_of
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
    """The tables of receipts, their order, restatements, payouts, and what is carried forward."""
    yield _receipts(statement, words)
    yield _orders(statement, words)
    yield _restated(statement, words)
    yield _payouts(statement, words)
    yield _carried(statement, words)


def _receipts(statement: Statement, words: Words) -> Table:
    currency = statement.currency
    rows = [
        Row(
            (
                one.source,
                words.country(one.territory) or "—",
                one.media or "—",
                *_rows(one, statement),
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
    reported = ("rows",) if statement.carried is not None else ()
    counted = ("counts",) if _counted(statement) else ()
    names = ("source", "territory", "media", *reported, *counted, "own_amount", "rate", "converted")
    wide = (3, 3, 3, *(2,) * len(reported), *(3,) * len(counted))
    return Table(words.say("table.receipts"), columns_of(words, *names, wide=wide), tuple(rows))


def _rows(one: ReceiptsFrom, statement: Statement) -> tuple[Cell, ...]:
    """Return how many rows were reported, which the versions before did not show."""
    return (one.count,) if statement.carried is not None else ()


def _orders(statement: Statement, words: Words) -> Table:
    rows = tuple(
        Row((one.on, " → ".join(one.receipts), Figure(one.amount.value, statement.currency)))
        for one in statement.orders
    )
    return Table(words.say("table.orders"), columns_of(words, "day", "taken", "another_order", wide=(2, 6)), rows)


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
            why = ("; ".join(one.reasons) or "—",) if statement.carried is not None else ()
            rows.append(Row((one.source, one.statement, versions, *why, was, now, change)))
    why = ("why",) if statement.carried is not None else ()
    names = ("source", "reported", "versions", *why, "was", "now", "change")
    return Table(words.say("table.restated"), columns_of(words, *names, wide=(3, 3, 2, *(4,) * len(why))), tuple(rows))


def _payouts(statement: Statement, words: Words) -> Table:
    rows = tuple(
        Row((one.due_on, words.say(f"payout.{one.status}"), one.amount, one.owed)) for one in statement.payouts
    )
    return Table(
        words.say("table.payouts"), columns_of(words, "due_on", "standing", "amount", "owed", wide=(3, 5)), rows
    )


def _carried(statement: Statement, words: Words) -> Table:
    """List what was open before, and what goes on to the next period and why."""
    one, rows = statement.carried, list[Row]()
    if one is not None and (one.opening.minor or one.closing.minor):
        steps = {"opening": one.opening, "earned": one.earned, "held": -one.held, "due": -one.due}
        rows = [Row((words.say(f"carried.{name}"), amount)) for name, amount in steps.items()]
        rows.append(Row((_why_carried(statement, words), one.closing), Weight.STRONG))
    return Table(words.say("table.carried"), (Column("", 1), Column("")), tuple(rows))


def _why_carried(statement: Statement, words: Words) -> str:
    one, minimum = statement.carried, statement.settlement.minimum
    if one is None or one.reason is None:
        return words.say("carried.closing")
    limits = {"minimum": minimum, "multiple": one.multiple}
    said = {name: words.money(amount) for name, amount in limits.items() if amount is not None}
    return words.say(f"carried.{one.reason}", **said)
