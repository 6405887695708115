"""Money, and the entries of each kind of fact in double entry, debits positive."""

import re

from .bundle import Bad, Json

Entry = tuple[str, str, int, str]
"""Account, currency, minor units, what it is about."""

MONEY = re.compile(r"([A-Z]{3}) (-?)([0-9]{1,18})(?:\.([0-9]{1,4}))?")
NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE, FOUR = "BHD IQD JOD KWD LYD OMR TND", "CLF UYW"
"""Currencies of ISO 4217 that do not have two decimals."""


def places(currency: str) -> int:
    """Return the number of decimals of a currency."""
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE else 4 if currency in FOUR else 2


def money(written: str) -> tuple[int, str]:
    """Return minor units and currency of an amount such as `USD 1250.00`."""
    match = MONEY.fullmatch(written)
    if match is None:
        raise Bad(f"{written!r} is no amount")
    currency, sign, whole, part = match.groups()
    minor = int(whole + (part or "").ljust(places(currency), "0"))
    return -minor if sign else minor, currency


def written(minor: int, currency: str) -> str:
    """Return an amount in the record's form."""
    decimals = places(currency)
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    point = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"{currency} {'-' if minor < 0 else ''}{point}"


def pair(debit: str, credit: str, amount: str, about: str) -> list[Entry]:
    """Return the two entries that debit one account and credit another."""
    minor, currency = money(amount)
    return [(debit, currency, minor, about), (credit, currency, -minor, about)]


def exchanged(claim: str, held_on: str, line: Json, about: str, way: int) -> list[Entry]:
    """Settle a claim over an account. `way` is -1 where money left it. FX goes through the position account."""
    (amount, currency), (booked, held), (value, _) = (money(line[k]) for k in ("amount", "booked", "contract_value"))
    moved = (held_on, held, way * booked, about)
    entries = [(claim, currency, -way * amount, about)]
    if currency == held:
        entries += [("expense:bank-charges", currency, way * (amount - booked), about)]
    else:
        charges = money(line["charges"])[0] if line.get("charges") else 0
        entries += [("equity:fx-position", currency, way * amount, about)]
        entries += [("equity:fx-position", held, -way * value, about)]
        entries += [("expense:bank-charges", held, charges, about)]
        entries += [("expense:fx-gain-loss", held, way * (value - booked) - charges, about)]
    return [entry for entry in entries if entry[2] or "expense:" not in entry[0]] + [moved]


def postings(event: Json) -> list[Entry]:
    """Return the entries of an event, or none if it moves no money."""
    kind = event["type"]
    if kind in _ACCRUED:
        return _ACCRUED[kind](event)
    return _MOVED[kind](event) if kind in _MOVED else []


def _settled(event: Json) -> list[Entry]:
    lines = ((f"liability:payable:{line['payee_party']}", line) for line in event["payments"])
    return [entry for claim, line in lines for entry in exchanged(claim, _bank(event), line, line["payment"], -1)]


def _returned(event: Json) -> list[Entry]:
    return exchanged(f"liability:payable:{event['payee_party']}", _bank(event), event, event["payment"], 1)


def _received(event: Json) -> list[Entry]:
    way = 1 if event["type"] == "receipt-matched" else -1
    return exchanged(f"asset:commitment:{event['payer_party']}", _bank(event), event, event["receipt"], way)


def _charged(event: Json) -> list[Entry]:
    return pair(_bank(event), "expense:bank-charges", event["booked"], event["movement"])


def _unmatched(event: Json) -> list[Entry]:
    return pair(_bank(event), _suspense(event), event["booked"], _movement(event))


def _opened(event: Json) -> list[Entry]:
    (amount, currency), (before, _) = money(event["amount"]), money(event["replaces"])
    change = written(amount - before, currency)
    return pair(_bank(event), "equity:opening-balance", change, event["account"]) if amount != before else []


def _allocated(event: Json) -> list[Entry]:
    return exchanged(_allocated_to(event), _suspense(event), event, _movement(event), 1)


def _undone(event: Json) -> list[Entry]:
    told = event["allocated"]
    entries = [(account, currency, -minor, about) for account, currency, minor, about in _allocated(told)]
    if event["fell_due"]:
        owed, payable = (f"liability:{kind}:{told['party']}" for kind in ("refund", "payable"))
        entries += pair(payable, owed, told["amount"], told["name"])
    return entries


def _adjusted(event: Json) -> list[Entry]:
    late = event["purpose"] == "late_interest"
    settled_by = {
        "credit": f"liability:credit:{event['payer_party']}",
        "tax": f"asset:withheld-tax:{event['payer_party']}",
        "charges": "expense:deducted-charges",
        "write-off": "income:receipts:late_interest" if late else "expense:write-off",
    }[event["to"]]
    accounts = settled_by, f"asset:commitment:{event['payer_party']}"
    debit, credit = accounts if event["type"] == "receipt-adjusted" else reversed(accounts)
    return pair(debit, credit, event["amount"], event["receipt"])


def _withdrawn(event: Json) -> list[Entry]:
    if not event["fell_due"]:
        return []
    if event["incoming"]:
        debit, credit = "income:receipts:late_interest", f"asset:commitment:{event['party']}"
    else:
        debit, credit = f"liability:payable:{event['party']}", "expense:production:late_interest"
    return pair(debit, credit, event["amount"], event["payment"])


def _refunded(event: Json) -> list[Entry]:
    owed = f"liability:refund:{event['payee_party']}"
    return pair(_credit(event["party"]), owed, event["amount"], event["payment"])


def _refund_withdrawn(event: Json) -> list[Entry]:
    owed = f"liability:{'payable' if event['fell_due'] else 'refund'}:{event['payee_party']}"
    return pair(owed, _credit(event["party"]), event["amount"], event["payment"])


def _held(event: Json) -> list[Entry]:
    return pair(f"liability:production:{event['holder']}", _credit(event["party"]), event["amount"], event["movement"])


def _credit(party: str) -> str:
    return f"liability:{party}" if party.startswith("production:") else f"liability:credit:{party}"


def _movement(event: Json) -> str:
    """Return the movement's id. Before version 2 the bank's reference was it."""
    movement: str = event.get("movement") or event["bank_reference"]
    return movement


def _allocated_to(event: Json) -> str:
    earned = (money(event["booked"])[0] > 0) != bool(event.get("reverses"))
    claims = {
        "charges": "expense:bank-charges",
        "receipt": f"asset:commitment:{event['party']}",
        "payment": f"liability:payable:{event['party']}",
        "return": f"liability:payable:{event['party']}",
        "reversal": f"suspense:reversed:{event['account']}",
        "refund": f"liability:refund:{event['party']}",
        "production": f"liability:production:{event['name']}",
        "settlement": f"liability:production:{event['name']}",
        "credit": f"liability:credit:{event['party']}",
        "paid-again": f"liability:payable:{event['party']}",
        "vendor-refund": f"expense:production:{event.get('purpose')}"
        if event.get("purpose")
        else f"liability:payable:{event['party']}",
        "duplicate": _bank(event),
        "interest": f"{'income' if earned else 'expense'}:interest",
    }
    return claims.get(event["to"], f"asset:receivable:{event['name']}")


def _bank(event: Json) -> str:
    return f"asset:bank:{event['account']}"


def _suspense(event: Json) -> str:
    return f"suspense:unmatched:{event['account']}"


_INCOMING = {"licence_fee", "minimum_guarantee", "grant", "late_interest"}
"""Purposes of receipts that are income. Others are money of an expense that comes back."""


def _fell_due(event: Json) -> list[Entry]:
    entries: list[Entry] = []
    for line in event.get("payments", ()):
        payable, purpose = f"liability:payable:{line['payee_party']}", line["purpose"]
        owed = f"liability:{purpose}:{line['payee_party']}"
        debit = owed if purpose in {"participation", "refund"} else f"expense:production:{purpose}"
        entries += pair(debit, payable, line["amount"], line["payment"])
    for line in event.get("receipts", ()):
        owed, purpose = f"asset:commitment:{line['payer_party']}", line["purpose"]
        paid_in = f"equity:contribution:{line['payer_party']}"
        kind = "income:receipts" if purpose in _INCOMING else "expense:production"
        credit = paid_in if purpose == "contribution" else f"{kind}:{purpose}"
        entries += pair(owed, credit, line["amount"], line["receipt"])
    return entries


def _shared(event: Json) -> list[Entry]:
    about, entries = f"distribution {event['period']}", []
    for one in event.get("changes", ()):
        entries += pair("expense:participation", f"liability:participation:{one['party']}", one["amount"], about)
    if event["type"] == "entitlements-posted":
        for one in event.get("reserves", ()):
            entries += pair("expense:participation", f"liability:reserve:{one['position']}", one["amount"], about)
    for one in event.get("kept", ()):
        own = f"equity:retained:{one['party']}"
        entries += pair(f"liability:participation:{one['party']}", own, one["amount"], about)
    for one in event.get("payouts", ()):
        if exchange := one.get("exchange"):
            entries += _exchanged_share(f"liability:participation:{one['party']}", one["amount"], exchange, about)
    return entries


def _exchanged_share(claim: str, share: str, exchange: Json, about: str) -> list[Entry]:
    """Return the entries for a share that is paid in another currency than that of the waterfall."""
    (owed, currency), (value, _) = money(share), money(exchange["contract_value"])
    difference = [("expense:fx-gain-loss", currency, value - owed, about)] if owed != value else []
    entries = [(claim, currency, owed, about), ("equity:fx-position", currency, -value, about), *difference]
    return entries + pair("equity:fx-position", claim, exchange["amount"], about)


def _earned(event: Json) -> list[Entry]:
    rows, entries = event["rows"], list[Entry]()
    if rows["kind"] != "receipt":
        return entries
    about = f"{rows['source']}/{rows['statement']}/{event['version']}"
    for sign, totals in ((-1, event["restated"]), (1, rows["totals"])):
        for total in totals:
            minor, currency = money(total["amount"])
            medium = "-".join(re.findall(r"\w+", total["of"].casefold())) or "other"
            if minor:
                amount = written(sign * minor, currency)
                entries += pair(f"asset:receivable:{rows['source']}", f"income:receipts:{medium}", amount, about)
    return entries


_ACCRUED = {
    "payments-fell-due": _fell_due,
    "receipts-fell-due": _fell_due,
    "entitlements-posted": _shared,
    "payouts-ordered": _shared,
    "statement-imported": _earned,
}
_MOVED = {
    "payments-settled": _settled,
    "payment-returned": _returned,
    "receipt-matched": _received,
    "receipt-reversed": _received,
    "charge-booked": _charged,
    "movement-unmatched": _unmatched,
    "movement-allocated": _allocated,
    "opening-balance-recorded": _opened,
    "movement-allocation-undone": _undone,
    "receipt-adjusted": _adjusted,
    "receipt-adjustment-undone": _adjusted,
    "late-interest-withdrawn": _withdrawn,
    "credit-refunded": _refunded,
    "credit-refund-withdrawn": _refund_withdrawn,
    "credit-held-elsewhere": _held,
}
