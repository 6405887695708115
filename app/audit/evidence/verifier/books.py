"""Folds the facts into the rows that the snapshots should hold."""

from collections import defaultdict
from fractions import Fraction

from .bundle import Bad, Json
from .dealings import NO_RUN, Dealings, negated
from .payees import payees_after
from .postings import money, written
from .proposals import FOLDS, put_in_force

STEPS = {
    "cancel": ({"scheduled"}, "cancelled"),
    "fall due": ({"scheduled"}, "due"),
    "hold": ({"due"}, "held"),
    "resume": ({"held"}, "due"),
    "release": ({"due"}, "released"),
    "recall": ({"released"}, "due"),
    "submit": ({"released"}, "submitted"),
    "accept": ({"submitted", "unknown", "released"}, "accepted"),
    "reject": ({"submitted", "accepted", "unknown", "released"}, "rejected"),
    "doubt": ({"submitted"}, "unknown"),
    "be called a duplicate": ({"submitted", "accepted", "unknown", "released"}, "unknown"),
    "not found": ({"unknown"}, "released"),
    "settle": ({"submitted", "accepted", "unknown", "released"}, "settled"),
    "settle after all": ({"rejected", "due", "held"}, "settled"),
    "return": ({"settled"}, "returned"),
    "correct": ({"rejected", "returned"}, "due"),
    "withdraw": ({"scheduled", "due", "held"}, "cancelled"),
}
AFTER_BANK = dict.fromkeys(("booked_currency", "booked_minor", "contract_minor", "bank_reference", "settled_on"))
AT_THE_BANK = {"submitted", "unknown", "accepted"}


class Books(Dealings):
    """A production as folded from its facts: rows by snapshot table, balances and archived histories."""

    def __init__(self, production: str) -> None:
        self.production = production
        super().__init__()
        self.in_run: dict[str, dict[str, None]] = defaultdict(dict)
        self.balances: dict[tuple[str, str], int] = defaultdict(int)
        self.posted: dict[tuple[str, str], int] = defaultdict(int)
        self.histories: dict[tuple[str, str], Json] = {}
        self.closed_until: str | None = None

    def take(self, event: Json, on: str) -> None:
        """Fold one event."""
        if self.closed_until is not None and on <= self.closed_until:
            raise Bad(f"counts from {on}, when the books were closed until {self.closed_until}")
        kind = event["type"]
        if kind in FOLDS:
            FOLDS[kind](self.rows["proposal"], event)
            return
        handler = getattr(self, "_on_" + kind.replace("-", "_"), None)
        if handler is not None:
            handler(event, on)
        elif kind not in SILENT:
            raise Bad(f"its type {kind!r} is not known to this verifier")

    def _step(self, name: str, step: str, **changes: Json) -> None:
        payment = self.rows["payment"][name]
        origins, target = STEPS[step]
        if payment["status"] not in origins:
            raise Bad(f"{name} is {payment['status']} and cannot {step}")
        if "run" in changes and payment["run"] != changes["run"]:
            self.in_run[payment["run"]].pop(name, None)
        if step in {"accept", "reject"}:
            self._no_doubt(payment, payment["end_to_end_id"])
        payment.update(changes, status=target)

    def _no_doubt(self, payment: Json, attempt: str) -> None:
        left = [one for one in payment["doubts"] or () if one["end_to_end_id"] != attempt]
        payment["doubts"] = left or None

    def _doubt(self, event: Json, name: str, attempt: str, on: str, why: str, reason: str | None) -> None:
        payment = self.rows["payment"][name]
        self._no_doubt(payment, attempt)
        doubt = {"end_to_end_id": attempt, "run": event["run"], "on": on, "why": why, "reason": reason, "asked": False}
        payment["doubts"] = [*(payment["doubts"] or ()), doubt | {"message_id": event["message_id"]}]

    def _whole_run(self, run: str, step: str) -> None:
        for name in self.in_run[run]:
            if self.rows["payment"][name]["status"] in STEPS[step][0]:
                self._step(name, step)

    def _on_agreement_registered(self, event: Json, _on: str) -> None:
        kept = {name: event[name] for name in ("title", "version", "document")}
        before = self.rows["production"].get(self.production, {"payees": None, "books_closed_until": None})
        put_in_force(self.rows["proposal"], event, before.get("document"))
        self.rows["production"][event["production"]] = {**before, "key": event["production"], **kept}

    _on_agreement_amended = _on_agreement_restored = _on_agreement_registered

    def _on_books_closed(self, event: Json, on: str) -> None:
        if not event["until"] < on:
            raise Bad(f"closes the books until {event['until']} on {on}")
        self.closed_until = event["until"]
        self.rows["production"][self.production]["books_closed_until"] = event["until"]

    def _on_payees(self, event: Json, on: str) -> None:
        row = self.rows["production"][self.production]
        row["payees"] = payees_after(row["payees"], event, on)

    _on_account_change_proposed = _on_account_change_confirmed = _on_account_change_refused = _on_payees
    _on_party_frozen = _on_unfreeze_approved = _on_party_matched = _on_clearance_approved = _on_payees

    def _on_payments_scheduled(self, event: Json, _on: str) -> None:
        for line in event["payments"]:
            minor, currency = money(line["amount"])
            own = {name: line[name] for name in line if name not in {"payment", "amount"}}
            blank = {"run": None, "attempt": 1, "end_to_end_id": None, "reason": None, **AFTER_BANK}
            blank["doubts"] = blank["cause"] = blank["dealings"] = None
            named = {"id": line["payment"], "production": self.production, "status": "scheduled"}
            self.rows["payment"][line["payment"]] = {**named, "currency": currency, "minor": minor, **own, **blank}

    def _on_receipts_expected(self, event: Json, _on: str) -> None:
        for line in event["receipts"]:
            minor, currency = money(line["amount"])
            own = {name: line[name] for name in line if name not in {"receipt", "amount"}}
            named = {"id": line["receipt"], "production": self.production, "status": "expected", "received_minor": 0}
            own["dealings"] = None
            self.rows["receipt"][line["receipt"]] = {**named, "currency": currency, "minor": minor, **own}

    def _on_payments_cancelled(self, event: Json, _on: str) -> None:
        for name in event["payments"]:
            self._step(name, "cancel")

    def _on_receipts_cancelled(self, event: Json, _on: str) -> None:
        for name in event["receipts"]:
            self.rows["receipt"][name]["status"] = "cancelled"

    def _on_due_dates_set(self, event: Json, _on: str) -> None:
        for table in ("payment", "receipt"):
            for promise in event[table + "s"]:
                self.rows[table][promise["id"]]["due_on"] = promise["due_on"]

    def _on_payments_fell_due(self, event: Json, _on: str) -> None:
        for line in event["payments"]:
            self._step(line["payment"], "fall due")

    def _on_receipts_fell_due(self, event: Json, _on: str) -> None:
        for line in event["receipts"]:
            receipt = self.rows["receipt"][line["receipt"]]
            receipt["status"] = "owed"
            self._received(receipt)

    def _on_movement_allocated(self, event: Json, on: str) -> None:
        self._of_credits(event, event["amount"])
        if event["to"] == "receipt":
            self._received_more(event["name"], event["amount"], event.get("on") or on)
        elif event["to"] == "payment":
            booked, currency = money(event["booked"])
            kept = {"booked_minor": -booked, "booked_currency": currency, "bank_reference": event["bank_reference"]}
            kept["contract_minor"], kept["settled_on"] = -money(event["contract_value"])[0], event.get("on")
            self._settle(event["name"], event.get("end_to_end_id"), **kept)
        elif event["to"] == "return":
            self._step(event["name"], "return", reason=event["reason"])

    def _on_movement_allocation_undone(self, event: Json, on: str) -> None:
        told, before = event["allocated"], event["payment"]
        self._of_credits(told, negated(told["amount"]))
        if told["to"] == "receipt":
            self._received_more(told["name"], negated(told["amount"]), told.get("on") or on)
        elif told["to"] == "refund":
            self._step(told["name"], "withdraw", reason=None, **NO_RUN)
        elif before is not None:
            self._stood_again(self.rows["payment"][told["name"]], before)

    def _stood_again(self, payment: Json, before: Json) -> None:
        """A movement did not settle or return a payment after all."""
        if payment["run"] != before["run"]:
            self.in_run[payment["run"]].pop(payment["id"], None)
            self.in_run[before["run"]][payment["id"]] = None
        payment.update({name: before[name] for name in ("status", "run", "end_to_end_id", "reason")})
        payment.update({} if before["status"] == "settled" else AFTER_BANK)
        if before["doubt"] is not None:
            self._no_doubt(payment, before["doubt"]["end_to_end_id"])
            payment["doubts"] = [*(payment["doubts"] or ()), before["doubt"]]

    def _settle(self, name: str, end_to_end_id: str | None, **told: Json) -> None:
        """Settle a payment by the booking of an attempt. A later one that is not at the bank leaves its run."""
        payment = self.rows["payment"][name]
        attempt = end_to_end_id or payment["end_to_end_id"]
        if attempt != payment["end_to_end_id"] and payment["status"] not in AT_THE_BANK:
            told["run"] = None
        late = payment["status"] not in STEPS["settle"][0]
        told |= {"reason": None} if late else {}
        self._no_doubt(payment, attempt)
        self._step(name, "settle after all" if late else "settle", **told, end_to_end_id=attempt)

    def _on_payment_held(self, event: Json, _on: str) -> None:
        self._step(event["payment"], "hold", reason=event["reason"], cause=None, **NO_RUN)

    def _on_payments_held(self, event: Json, _on: str) -> None:
        for line in event["payments"]:
            if self.rows["payment"][line["payment"]]["status"] == "released":
                self._step(line["payment"], "recall")
            self._step(line["payment"], "hold", reason=line["reason"], cause=line["cause"], **NO_RUN)

    def _on_payments_freed(self, event: Json, _on: str) -> None:
        for name in event["payments"]:
            self._step(name, "resume", reason=None, cause=None)

    def _on_payment_resumed(self, event: Json, _on: str) -> None:
        self._step(event["payment"], "resume", reason=None)

    def _on_payment_corrected(self, event: Json, _on: str) -> None:
        attempt = self.rows["payment"][event["payment"]]["attempt"] + 1
        self._step(event["payment"], "correct", reason=None, cause=None, attempt=attempt, **NO_RUN, **AFTER_BANK)

    def _on_run_prepared(self, event: Json, _on: str) -> None:
        if event["run"] in self.rows["run"]:
            raise Bad(f"{event['run']} is prepared a second time")
        kept = {name: event[name] for name in ("account", "currency", "execution_on", "count", "sha256")}
        blank = {"quote": None, "released_by": None, "message_id": None, "file": None, "times_sent": 0, "enquiries": 0}
        named = {"id": event["run"], "production": self.production, "prepared_by": event["by"], "status": "prepared"}
        blank |= {"released_on": None, "first_released_by": None, "first_sha256": None}
        self.rows["run"][event["run"]] = {**named, **kept, "total_minor": money(event["total"])[0], **blank}

    def _on_quote_taken(self, event: Json, _on: str) -> None:
        quote = {name: event[name] for name in event if name not in {"type", "run"}}
        self.rows["run"][event["run"]]["quote"] = quote

    def _on_payment_failed(self, event: Json, _on: str) -> None:
        self._step(event["payment"], "reject", reason=event["reason"])

    def _on_deal_taken(self, event: Json, _on: str) -> None:
        dealt = {"deal": event["number"], "deal_amount": event["amount"], "deal_by": event["by"]}
        quote = self.rows["run"][event["run"]]["quote"]
        quote.update(rate=event["rate"], source="deal", fixing_on=event["on"], **dealt)

    def _on_payments_gathered(self, event: Json, _on: str) -> None:
        for line in event["payments"]:
            payment = self.rows["payment"][line["payment"]]
            self.in_run[payment["run"]].pop(line["payment"], None)
            payment.update(run=event["run"], end_to_end_id=line["end_to_end_id"])
            self.in_run[event["run"]][line["payment"]] = None

    def _on_run_first_released(self, event: Json, _on: str) -> None:
        self.rows["run"][event["run"]].update(first_released_by=event["by"], first_sha256=event["sha256"])

    def _on_run_released(self, event: Json, _on: str) -> None:
        paid = [self.rows["payment"][name]["minor"] for name in self.in_run[event["run"]]]
        self.rows["run"][event["run"]].update(
            status="released", released_by=event["by"], sha256=event["sha256"], count=len(paid), total_minor=sum(paid)
        )
        self.rows["run"][event["run"]]["released_on"] = event.get("on")
        self._whole_run(event["run"], "release")

    def _on_run_cancelled(self, event: Json, _on: str) -> None:
        self.rows["run"][event["run"]]["status"] = "cancelled"
        self._whole_run(event["run"], "recall")
        for name in self.in_run.pop(event["run"], {}):
            self.rows["payment"][name].update(NO_RUN)

    def _on_run_submitted(self, event: Json, _on: str) -> None:
        run = self.rows["run"][event["run"]]
        sent = run["times_sent"] + 1
        run.update(status="submitted", message_id=event["message_id"], file=event["file"], times_sent=sent)
        self._whole_run(event["run"], "submit")

    def _on_run_doubted(self, event: Json, _on: str) -> None:
        self.rows["run"][event["run"]]["enquiries"] += 1
        self._whole_run(event["run"], "doubt")
        for payment in self.rows["payment"].values():
            for one in payment["doubts"] or ():
                one["asked"] = one["asked"] or one["run"] == event["run"]

    def _on_run_accepted(self, event: Json, _on: str) -> None:
        self._whole_run(event["run"], "accept")

    def _on_payments_accepted(self, event: Json, _on: str) -> None:
        for name in event["payments"]:
            self._step(name, "accept")

    def _on_payments_rejected(self, event: Json, _on: str) -> None:
        for line in event["payments"]:
            why, attempt = reason(line), self.rows["payment"][line["payment"]]["end_to_end_id"]
            self._step(line["payment"], "reject", reason=why)
            if line.get("may_book_on"):
                self._doubt(event, line["payment"], attempt, line["may_book_on"], "rejected", why)

    def _on_payments_doubted(self, event: Json, _on: str) -> None:
        for line in event["payments"]:
            name, attempt, why = line["payment"], line["end_to_end_id"], reason(line)
            if event["why"] == "duplicate":
                self._step(name, "be called a duplicate", reason=why)
            self._doubt(event, name, attempt, event["execution_on"], event["why"], why)

    def _on_doubts_ended(self, event: Json, _on: str) -> None:
        for line in event["payments"]:
            self._no_doubt(self.rows["payment"][line["payment"]], line["end_to_end_id"])

    def _on_payments_not_found(self, event: Json, _on: str) -> None:
        for name in event["payments"]:
            self._step(name, "not found")

    def _on_payments_settled(self, event: Json, _on: str) -> None:
        for line in event["payments"]:
            (booked, held), (value, _) = money(line["booked"]), money(line["contract_value"])
            told: Json = {"booked_currency": held, "booked_minor": booked, "contract_minor": value}
            told["bank_reference"], told["settled_on"] = line["bank_reference"], event.get("booked_on")
            self._settle(line["payment"], line.get("end_to_end_id"), **told)

    def _on_payment_returned(self, event: Json, _on: str) -> None:
        self._step(event["payment"], "return", reason=event["reason"])

    def _on_milestone_submitted(self, event: Json, on: str) -> None:
        kept = {name: event[name] for name in ("round", "evidence", "deadline_on")}
        blank = {"approvals": [], "escalated_to": None, "accepted_on": None, "submitted_by": event["by"]}
        blank["submitted_on"] = on
        named = {"production": self.production, "id": event["milestone"], "status": "submitted"}
        self.rows["milestone"][event["milestone"]] = {**named, **kept, **blank}

    def _on_milestone_approved(self, event: Json, _on: str) -> None:
        self.rows["milestone"][event["milestone"]]["approvals"].append(
            [event["by"], event["party"], *([event["acting_for"]] if event.get("acting_for") else [])]
        )

    def _on_milestone_rejected(self, event: Json, _on: str) -> None:
        self.rows["milestone"][event["milestone"]].update(status="rejected", deadline_on=None)

    def _on_milestone_escalated(self, event: Json, _on: str) -> None:
        escalated = {"escalated_to": event["to"], "deadline_on": event["deadline_on"]}
        self.rows["milestone"][event["milestone"]].update(escalated)

    def _on_milestone_accepted(self, event: Json, on: str) -> None:
        self.rows["milestone"][event["milestone"]].update(status="accepted", accepted_on=on, deadline_on=None)

    def _on_distribution_computed(self, event: Json, _on: str) -> None:
        kept = ("revision", "result", "engine", "version", "answer_by", "pay_on")
        shares = [[one["party"], one["position"], str(Fraction(one["entitlement"]))] for one in event["shares"]]
        body = {name: event[name] for name in kept} | {"shares": shares, "to_date": amounts(event["to_date"])}
        blank = {"approvals": {}, "objections": {}, "posted": {}, "ordered": {}, "payouts": 0}
        later = {"reserves": amounts(event.get("reserves", ()), "position"), "reserved": {}, "kept": {}}
        named = {
            "production": self.production,
            "period": event["period"],
            "status": "computed",
            "until": event["until"],
        }
        self.rows["distribution"][event["period"]] = {**named, "body": {**body, **blank, **later}}

    def _on_distribution_approved(self, event: Json, _on: str) -> None:
        body = self.rows["distribution"][event["period"]]["body"]
        body["objections"].pop(event["party"], None)
        body["approvals"][event["party"]] = event["by"]

    def _on_distribution_objected(self, event: Json, _on: str) -> None:
        body = self.rows["distribution"][event["period"]]["body"]
        body["approvals"].pop(event["party"], None)
        documents = [event["documents"]] if event.get("documents") else []
        body["objections"][event["party"]] = [event["by"], event["positions"], event["reason"], *documents]

    def _on_objection_resolved(self, event: Json, _on: str) -> None:
        self.rows["distribution"][event["period"]]["body"]["objections"].pop(event["party"], None)

    def _on_entitlements_posted(self, event: Json, _on: str) -> None:
        row = self.rows["distribution"][event["period"]]
        row["status"], body = "posted", row["body"]
        body["posted"] = amounts(event["changes"])
        body["reserved"] = amounts(event.get("reserves", ()), "position")
        for what, now, change in (("party", "to_date", "posted"), ("position", "reserves", "reserved")):
            now_by_name, changed = body[now], body[change]
            for name in now_by_name.keys() | changed.keys() | {key for kind, key in self.posted if kind == what}:
                self.posted[what, name] += money(changed[name])[0] if name in changed else 0
                if self.posted[what, name] != (money(now_by_name[name])[0] if name in now_by_name else 0):
                    raise Bad(f"what is posted to {name} to date is not what was computed for {event['period']}")

    def _on_payouts_ordered(self, event: Json, _on: str) -> None:
        row = self.rows["distribution"][event["period"]]
        row["status"], body = "ordered", row["body"]
        body["payouts"] += len(event["payouts"])
        for one in event["payouts"]:
            if exchange := one.get("exchange"):
                exchanged = [one["payment"], one["party"], one["amount"], exchange["amount"]]
                body.setdefault("exchanged", []).append(exchanged)
        for total, more in (("ordered", event["payouts"]), ("kept", event.get("kept", ()))):
            for name, amount in amounts(more).items():
                minor, currency = money(amount)
                before = money(body[total][name])[0] if name in body[total] else 0
                body[total][name] = written(before + minor, currency)


SILENT = frozenset(
    (
        *("charge-booked", "bank-file-taken", "bookings-reported", "opening-balance-recorded"),
        *("run-escalated", "movement-unmatched", "answer-contradicted", "bank-file-refused", "command-refused"),
        *("statement-imported", "statements-issued", "history-archived", "history-given-up", "payee-notified"),
        *("evidence-kept", "receipt-reminded", "statement-fetched"),
    )
)
"""Facts that move nothing from one state to another."""


def reason(line: Json) -> str | None:
    """Return a bank's reason as payments keep it: its code and its words."""
    return ": ".join(part for part in (line["reason"], line["words"]) if part) or None


def amounts(lines: Json, name: str = "party") -> dict[str, str]:
    """Return amounts as written, by party or by position."""
    return {one[name]: one["amount"] for one in lines}
