"""Folds what settles receipts beside money, late interest, and credits, into the rows of the snapshots."""

from collections import defaultdict

from .bundle import Json
from .postings import money, written

NO_RUN = {"run": None, "end_to_end_id": None}


class Dealings:
    """The part of a production's books that is about receipts and credits."""

    production: str

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Json]] = defaultdict(dict)

    def _step(self, name: str, step: str, **changes: Json) -> None:
        raise NotImplementedError

    def _received(self, receipt: Json) -> None:
        """An owed receipt of which nothing is outstanding is received, and owed again once something is."""
        settled = receipt["received_minor"] + adjusted(receipt)
        if receipt["status"] in {"owed", "received"}:
            receipt["status"] = "received" if settled == receipt["minor"] else "owed"

    def _on_receipt_matched(self, event: Json, on: str) -> None:
        self._received_more(event["receipt"], event["amount"], event.get("on") or on)

    def _on_receipt_reversed(self, event: Json, on: str) -> None:
        self._received_more(event["receipt"], negated(event["amount"]), event.get("on") or on)

    def _received_more(self, name: str, amount: str, on: str) -> None:
        receipt = self.rows["receipt"][name]
        receipt["received_minor"] += money(amount)[0]
        told = of_receipt(receipt)
        by_day = dict(told["arrivals"])
        by_day[on] = added(by_day.get(on), amount)
        told["arrivals"] = [[day, money_] for day, money_ in sorted(by_day.items()) if money(money_)[0]]
        unless_empty(receipt)
        self._received(receipt)

    def _on_receipt_adjusted(self, event: Json, _on: str) -> None:
        self._adjusted(event, event["amount"])
        if event["proposed_by"]:
            of_receipt(self.rows["receipt"][event["receipt"]])["proposed"] = None

    def _on_receipt_adjustment_undone(self, event: Json, _on: str) -> None:
        self._adjusted(event, negated(event["amount"]))

    def _adjusted(self, event: Json, amount: str) -> None:
        receipt = self.rows["receipt"][event["receipt"]]
        of_receipt(receipt)["adjustments"].append([event["on"], amount, event["to"], event["number"], event["name"]])
        if event["to"] == "credit":
            self._credited(event["name"], event["payer_party"], negated(amount))
        self._received(receipt)

    def _on_write_off_proposed(self, event: Json, _on: str) -> None:
        proposed = [event["amount"], event["by"], event["reason"]]
        of_receipt(self.rows["receipt"][event["receipt"]])["proposed"] = proposed

    def _on_write_off_declined(self, event: Json, _on: str) -> None:
        receipt = self.rows["receipt"][event["receipt"]]
        receipt["dealings"]["proposed"] = None
        unless_empty(receipt)

    def _on_late_interest_claimed(self, event: Json, _on: str) -> None:
        table, dealings = ("receipt", of_receipt) if event["incoming"] else ("payment", of_payment)
        told = dealings(self.rows[table][event["payment"]])
        told["claims"] += 1
        told["claimed"] = added(told["claimed"], event["amount"])

    def _on_late_interest_withdrawn(self, event: Json, _on: str) -> None:
        table, dealings = ("receipt", of_receipt) if event["incoming"] else ("payment", of_payment)
        told = dealings(self.rows[table][event["of"]])
        told["claimed"] = added(told["claimed"], negated(event["amount"]))
        if event["incoming"]:
            self.rows["receipt"][event["payment"]]["status"] = "cancelled"
        else:
            self._step(event["payment"], "withdraw", reason=None, **NO_RUN)

    def _credited(self, account: str, party: str, amount: str) -> None:
        minor, currency = money(amount)
        name = f"{account}/{party}"
        blank = {"production": self.production, "id": name, "account": account, "party": party, "minor": 0}
        self.rows["credit"].setdefault(name, blank | {"currency": currency})["minor"] += minor

    def _on_credit_refunded(self, event: Json, _on: str) -> None:
        self._credited(event["account"], event["party"], negated(event["amount"]))
        of_payment(self.rows["payment"][event["payment"]])["credit"] = [event["account"], event["party"]]

    def _on_credit_refund_withdrawn(self, event: Json, _on: str) -> None:
        self._credited(event["account"], event["party"], event["amount"])
        self._step(event["payment"], "withdraw", reason=None, **NO_RUN)

    def _on_credit_held_elsewhere(self, event: Json, _on: str) -> None:
        holder = f"production:{event['holder']}"
        self._credited(holder, event["party"], event["amount"])
        self._credited(holder, holder, negated(event["amount"]))

    def _of_credits(self, event: Json, amount: str) -> None:
        """What a movement that became a credit, or ended what another production owed, does to credits."""
        there = f"production:{event['name']}"
        if event["to"] == "credit":
            self._credited(event["account"], event["party"], amount)
        elif event["to"] == "production" and event["party"] is not None:
            self._credited(event["account"], there, amount)
        elif event["to"] == "settlement":
            self._credited(there, there, amount)
        elif event["to"] in {"vendor-refund", "paid-again"}:
            told = of_payment(self.rows["payment"][event["name"]])
            told["repaid"] = added(told["repaid"], amount)


def of_receipt(receipt: Json) -> Json:
    """Return what a receipt's row keeps of its parts and claims."""
    if receipt["dealings"] is None:
        receipt["dealings"] = {"arrivals": [], "adjustments": [], "claims": 0, "claimed": None, "proposed": None}
    return receipt["dealings"]


def unless_empty(receipt: Json) -> None:
    """Keep no dealings of a receipt that has none."""
    told = receipt["dealings"]
    if not (told["arrivals"] or told["adjustments"] or told["claims"] or told["proposed"]):
        receipt["dealings"] = None


def of_payment(payment: Json) -> Json:
    """Return what a payment's row keeps of repayments and claims."""
    if payment["dealings"] is None:
        payment["dealings"] = {"repaid": None, "claims": 0, "claimed": None, "credit": None}
    return payment["dealings"]


def adjusted(receipt: Json) -> int:
    """Return what settled a receipt without money, in minor units."""
    return sum(money(amount)[0] for _, amount, *_ in (receipt["dealings"] or {"adjustments": ()})["adjustments"])


def negated(amount: str) -> str:
    """Return an amount with the other sign."""
    minor, currency = money(amount)
    return written(-minor, currency)


def added(before: str | None, amount: str) -> str:
    """Return the sum of two amounts, the first of which may not be there yet."""
    minor, currency = money(amount)
    return written(minor + (money(before)[0] if before is not None else 0), currency)
