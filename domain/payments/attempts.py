"""Attempts to pay a payment, and the doubt whether the bank may still book one of them."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace


class Doubt(Struct, frozen=True):
    """An attempt that the bank may still book, although it said something against it.

    `run` is the run that sent it, `on` its execution day. `why` is `duplicate` if the bank refused the attempt as a
    duplicate, `rejected` if it rejected the attempt after it had accepted it, and `accepted` for the reverse.
    `message_id` is the bank's message that raised the doubt, `reason` its code and words. `asked` says whether the
    bank has been asked since.
    """

    end_to_end_id: str
    run: str
    on: date
    why: str
    message_id: str
    reason: str | None = None
    asked: bool = False

    @property
    def sentence(self) -> str:
        """Which attempt the bank may still book, why, and what is awaited."""
        because = f" ({self.reason})" if self.reason else ""
        enquiry = "the enquiry" if self.asked else "an enquiry"
        return (
            f"attempt {self.end_to_end_id} of run {self.run} may still be booked, for the bank {_SAID[self.why]}"
            f"{because}; this waits for the bank's statement of {self.on}, or for its answer to {enquiry}"
        )


Doubts = tuple[Doubt, ...]
_SAID = {
    "duplicate": "refused it as a duplicate",
    "rejected": "rejected it after it had accepted it",
    "accepted": "accepted it after it had rejected it",
}


def without(doubts: Doubts, end_to_end_id: str | None) -> Doubts:
    """The doubts about other attempts."""
    return tuple(doubt for doubt in doubts if doubt.end_to_end_id != end_to_end_id)


def asked(doubts: Doubts, run: str) -> Doubts:
    """The doubts once the bank has been asked about a run's attempts."""
    return tuple(replace(doubt, asked=True) if doubt.run == run else doubt for doubt in doubts)


def end_to_end_id(payment_id: str, attempt: int) -> str:
    """The end-to-end id of an attempt: the payment's id, plus the attempt from the second on.

    No key contains the dot before the attempt, so the id never equals that of another payment.
    """
    return payment_id if attempt == 1 else f"{payment_id}.{attempt}"


def attempt_of(payment_id: str, written: str) -> int | None:
    """Which attempt of a payment has the end-to-end id `written`. None if it is no attempt of this payment."""
    if written == payment_id:
        return 1
    number = written.removeprefix(f"{payment_id}.")
    attempt = int(number) if number.isascii() and number.isdigit() and len(number) < len(written) else 1
    return attempt if attempt > 1 and end_to_end_id(payment_id, attempt) == written else None


def bank_reason(code: str | None, words: str | None) -> str | None:
    """A bank's reason for people: its code and its words."""
    return ": ".join(part for part in (code, words) if part) or None
