"""What happens next to an instalment, in few words."""

from datetime import date

_STEPS = {
    "cancelled": "nothing: it was taken out",
    "settled": "nothing: it was paid",
    "received": "nothing: it has arrived",
    "held": "somebody resumes it",
    "released": "it goes to the bank",
    "submitted": "the bank answers",
    "accepted": "the bank books it",
    "unknown": "the bank says if it has it",
    "rejected": "somebody corrects it",
    "returned": "somebody corrects it",
}


def next_step(status: str, party: str, *, milestone: str | None, due_on: date | None, run: str | None = None) -> str:
    """The next step of an instalment, by the status of its payment or expected receipt.

    `party` pays or is paid. `milestone` is what it waits for until it has a due day.
    """
    match status:
        case "scheduled" | "expected":
            return "it falls due" if due_on else f"waits for {milestone}"
        case "owed":
            return f"{party} pays it"
        case "due":
            return "somebody releases its run" if run else "a run takes it up"
        case _:
            return _STEPS[status]
