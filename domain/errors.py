"""The tree of errors that Sluice's rules raise.

    SluiceError
    ├── BadInput            the input cannot be read or does not fit.
    │   ├── MoneyFormatError
    │   ├── NotSealed       it came through Temporal without the seal of this installation.
    │   └── UnknownCurrency
    ├── NotFound            the command names something that does not exist.
    ├── Refused             the command is understood but not allowed.
    │   ├── WrongRole
    │   ├── SamePerson      four eyes: the second person must be another one.
    │   ├── IllegalTransition
    │   ├── StaleApproval   the approved content has changed.
    │   ├── InDoubt         the bank may still book an earlier attempt.
    │   ├── Overdrawn       the account does not hold what a run takes.
    │   └── Hindered        nothing may be paid to the payee, or from the account.
    ├── RateMissing         work waits until somebody imports the rate.
    ├── IdempotencyConflict the key was used with another payload.
    ├── ClockOff            the worker's clock differs too much from the database's.
    └── Broken              a recorded fact contradicts itself: stop and look.
        └── UnknownEngine   this release does not have the engine of a record.

Each error has a stable `code` (its class name), a sentence for people, and its data as strings.
"""

from typing import ClassVar


class SluiceError(Exception):
    """Base of all errors that a person may read. `sentence` says what is wrong and what to do."""

    recorded: ClassVar[bool] = False
    """Whether the journal records a refusal with this error."""

    passing: ClassVar[bool] = False
    """Whether a retry can succeed once somebody has done their part."""

    def __init__(self, sentence: str, **data: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.data = data

    @property
    def code(self) -> str:
        """The stable name of this error for programs and journals."""
        return type(self).__name__


def named(code: str, sentence: str, data: dict[str, str]) -> SluiceError | None:
    """Rebuild an error from its code, sentence and data, as it crossed Temporal. None for an unknown code.

    A subclass that is defined outside this module comes back as its base class in this tree.
    """
    kinds = [SluiceError]
    for kind in kinds:
        kinds += kind.__subclasses__()
        if kind.__name__ == code:
            plain = next(one for one in kind.__mro__ if one.__module__ == __name__)
            error: SluiceError = plain(sentence, **data)
            return error
    return None


class BadInput(SluiceError):
    """What was given cannot be read, or does not fit; nothing was changed."""


class CannotShare(BadInput):
    """The waterfall cannot share the facts on record: terms contradict each other, or a term or a fact is missing.

    An amendment or a fact mends it.
    """


class MoneyFormatError(BadInput):
    """An amount is not written as `"JPY 90000000"` or has more decimals than its currency."""


class NotSealed(BadInput):
    """It came through Temporal, and no process with the installation's keys made it for this place."""


class UnknownCurrency(BadInput):
    """The code is not a currency of ISO 4217."""


class NotFound(SluiceError):
    """A command names a production, milestone, payment or run that does not exist."""


class Refused(SluiceError):
    """The command is understood and not allowed; the refusal is recorded."""

    recorded = True


class WrongRole(Refused):
    """The person lacks the role, or holds it for another party."""


class SamePerson(Refused):
    """Four eyes: the second person is the first one."""


class IllegalTransition(Refused):
    """The current state does not allow this step."""


class StaleApproval(Refused):
    """The approved content has changed since the approval."""


class InDoubt(Refused):
    """The bank may still book an earlier attempt of a payment."""


class Overdrawn(Refused):
    """A run takes more from its account than the account holds."""


class Hindered(Refused):
    """Nothing may be paid to the payee: it is frozen, or a change of its account is not in force."""


class RateMissing(SluiceError):
    """A reference rate that the agreement names has not been imported yet. The work is retried."""

    passing = True


class IdempotencyConflict(SluiceError):
    """A command key was used before with another payload. Nothing was changed."""


class ClockOff(SluiceError):
    """The worker's clock differs too much from the database's. The worker takes no work."""


class Broken(SluiceError):
    """A recorded fact contradicts itself or the books. A person must look before work continues."""


class UnknownEngine(Broken):
    """A record was computed by an engine that this release does not have."""
