"""`sluice audit as-of`: a production on a day, as known at an instant. Repeated calls give the same bytes."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from adapters.db.audit import people_facts
from adapters.db.queries import chain
from adapters.db.streams import stream_of
from adapters.db.watermark import settle
from app.audit.evidence.reading import opened, require_auditor
from domain.audit.as_of import Picture, known_at, picture
from domain.audit.people import PeopleHistory
from domain.errors import BadInput, Broken, NotFound, WrongRole
from domain.identity.people import People, rights_of
from domain.ledger.journal import broken_links
from domain.values.money import Money

SECTIONS = ("balances", "schedule", "agreement", "entitlements")
"""All of a production's own record."""
PEOPLE = "people"
"""Of the house's record: only if it is asked for."""
Row = dict[str, Any]


def instant(written: str) -> datetime:
    """Parse an instant in ISO 8601 with an offset, and return it in UTC.

    Raises:
        BadInput: it is not an instant, or lacks the offset.
    """
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadInput(
            f"{written!r} is no instant: write date, time and offset, such as 2026-03-01T09:00:00+09:00 or "
            "2026-03-01T00:00:00Z."
        )
    return found.astimezone(UTC)


def as_of(
    data: Path | None, user: str, production: str, effective: date, known: datetime, sections: Sequence[str]
) -> Row:
    """Return the report. It depends only on the journal up to the head that it names.

    Raises:
        WrongRole: the user is no auditor of the production.
        NotFound: nothing was known of the production by then.
        BadInput: `known` is in the future.
        Broken: the journal up to then is not as it was recorded.
    """
    with opened(data) as (settings, store):
        with store.reading() as records:
            require_auditor(settings, records, user, production)
        settle(store.engine, known)
        with store.reading() as records:
            stream = stream_of(production)
            for wrong in broken_links(stream, known_at(chain.facts(records.connection, stream), known)):
                raise Broken(f"{wrong}: nothing can be said of {production} before `sluice audit replay` holds.")
            found = picture(chain.facts(records.connection, stream), effective, known)
            acting = PeopleHistory(people_facts(records.connection)).known_by(known) if PEOPLE in sections else None
    if not found.head.seq:
        raise NotFound(f"Nothing had been recorded of {production!r} by {known.isoformat()}.", production=production)
    answer = report(found, production, effective, known, sections)
    return answer if acting is None else answer | {PEOPLE: _people(acting, production, effective)}


def report(found: Picture, production: str, effective: date, known: datetime, sections: Sequence[str]) -> Row:
    """Return a picture for programs, with amounts as text and dates in ISO form."""
    made = {
        "balances": _balances,
        "schedule": _schedule,
        "agreement": _agreement,
        "entitlements": _entitlements,
    }
    return {
        "production": production,
        "effective_on": effective.isoformat(),
        "known_at": known.isoformat(),
        "head": {"stream": stream_of(production), "seq": found.head.seq, "hash": found.head.hash.hex()},
        "facts_that_count": found.facts,
        **{name: made[name](found) for name in SECTIONS if name in sections or not sections},
    }


def as_text(answer: Mapping[str, Any]) -> str:
    """Return the picture as text for people."""
    head = answer["head"]
    lines = [
        f"{answer['production']} on {answer['effective_on']}, as known at {answer['known_at']}",
        f"rests on {head['stream']} up to event {head['seq']}, hash {head['hash']}",
    ]
    if "agreement" in answer:
        one = answer["agreement"]
        said = (
            f"version {one['version']} of {one['effective_on']}: {one['title']} ({one['document']})" if one else "none"
        )
        lines += ["", f"agreement in force: {said}"]
    if "balances" in answer:
        lines += ["", "balances (debits positive)", *_table(answer["balances"], ("account", "balance"))]
    if "schedule" in answer:
        columns = ("id", "status", "since", "amount", "due_on", "what_of_it")
        for name in ("payments", "receipts"):
            lines += ["", name, *_table(answer["schedule"][name], columns)]
    if PEOPLE in answer:
        rows = [row | {"roles": ", ".join(row["roles"])} for row in answer[PEOPLE]]
        lines += ["", "people", *_table(rows, ("user", "person", "party", "roles", "acting_for"))]
    if "entitlements" in answer:
        one = answer["entitlements"]
        lines += ["", "entitlements to date", *_table(one["parties"], ("party", "entitled", "ordered", "kept", "open"))]
        lines += ["", "distributions", *_table(one["distributions"], ("period", "status", "revision", "until"))]
    return "\n".join(lines)


def _people(known: People, production: str, on: date) -> list[Row]:
    """Who could act in a production on a day, in which roles, and for whom as a substitute."""
    rows: list[Row] = []
    for user in sorted(known.users):
        with suppress(WrongRole):
            rows += [
                {
                    "user": user,
                    "person": known.users[user].person,
                    "party": each.party,
                    "roles": sorted(map(str, each.roles)),
                    "acting_for": each.acting_for,
                }
                for each in rights_of(known, user, production, on)
            ]
    return rows


def _balances(found: Picture) -> list[Row]:
    return [
        {"account": account, "currency": currency, "balance": str(Money(minor, currency))}
        for (account, currency), minor in found.balances.items()
    ]


def _agreement(found: Picture) -> Row | None:
    if found.agreement is None:
        return None
    one = found.agreement
    return {
        "version": one.version,
        "title": one.title,
        "document": one.document,
        "effective_on": one.effective_on.isoformat(),
        "seq": one.seq,
    }


def _schedule(found: Picture) -> Row:
    payments = [
        {
            "id": one.id,
            "purpose": str(one.purpose),
            "payee": one.payee_party,
            "amount": str(one.amount),
            "milestone": one.milestone,
            "due_on": one.due_on.isoformat() if one.due_on else None,
            "status": str(one.status),
            **_since(found, one.id),
            "run": one.run,
            "attempt": one.attempt,
            "booked": str(one.booked) if one.booked else None,
            "reason": one.reason,
        }
        for _, one in sorted(found.payments.items())
    ]
    receipts = [
        {
            "id": one.id,
            "purpose": str(one.purpose),
            "payer": one.payer_party,
            "amount": str(one.amount),
            "milestone": one.milestone,
            "due_on": one.due_on.isoformat() if one.due_on else None,
            "status": str(one.status),
            **_since(found, one.id),
            "received": str(one.received),
        }
        for _, one in sorted(found.receipts.items())
    ]
    return {"payments": payments, "receipts": receipts}


def _since(found: Picture, name: str) -> Row:
    """Return the day and the event since which it has its status."""
    day, seq = found.since[name]
    return {"since": day.isoformat(), "event": seq}


def _entitlements(found: Picture) -> Row:
    parties = []
    sums = (found.entitled, found.ordered, found.kept)
    for party in sorted({party for one in sums for party in one}):
        currency = next(one[party].currency for one in sums if party in one)
        entitled, ordered, kept = (one.get(party, Money.zero(currency)) for one in sums)
        amounts = {"entitled": entitled, "ordered": ordered, "kept": kept, "open": entitled - ordered - kept}
        parties.append({"party": party} | {name: str(amount) for name, amount in amounts.items()})
    distributions = [
        {
            "period": one.period,
            "until": one.until.isoformat(),
            "status": one.status,
            "revision": one.revision,
            "agreement_version": one.version,
            "to_date": {party: str(amount) for party, amount in sorted(one.to_date.items())},
            "posted": {party: str(amount) for party, amount in sorted(one.posted.items())},
            "ordered": {party: str(amount) for party, amount in sorted(one.ordered.items())},
        }
        for _, one in sorted(found.distributions.items())
    ]
    return {"parties": parties, "distributions": distributions}


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[str]:
    """Lay rows out in columns wide enough for all. No row is left out, because people count the lines."""
    if not rows:
        return ["  none"]
    head = [column.replace("_", " ") for column in columns]
    cells = [head, *([str(_value(row, column) or "") for column in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  " + "  ".join(map(str.ljust, line, widths)).rstrip() for line in cells]


def _value(row: Mapping[str, Any], column: str) -> Any:
    if column != "what_of_it":
        return row[column]
    if "received" in row:
        return f"received {row['received']}"
    return f"booked {row['booked']}" if row["booked"] else row["reason"]
