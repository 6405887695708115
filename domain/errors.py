"""The tree of errors that Sluice's rules raise.

    SluiceError
    ├── BadInput            what was given cannot be read or does not fit      (a file, a field, a flag)
    │   ├── MoneyFormatError
    │   └── UnknownCurrency
    ├── NotFound            it names something that does not exist
    ├── Refused             it is understood, and it is not allowed
    │   ├── WrongRole
    │   ├── SamePerson      four eyes: the second pair must be another person's
    │   ├── IllegalTransition
    │   └── StaleApproval   what was approved is no longer what would happen
    ├── RateMissing         waits until somebody imports the rate
    ├── IdempotencyConflict the same key came with another payload
    ├── ClockOff            a machine's clock is not the database's: it must not say which day it is
    └── Broken              a fact on record contradicts itself: stop and look
        └── UnknownEngine   it was computed by an engine that this release does not have

Each error has a stable `code` (its class name), the sentence for people, and the data it speaks of as strings.
"""

from typing import ClassVar


class SluiceError(Exception):
    """Base of all errors a person may read; `sentence` says what is wrong and what to do."""

    recorded: ClassVar[bool] = False
    """Whether a refusal of this kind is itself a fact worth keeping in the journal."""

    passing: ClassVar[bool] = False
    """Whether it passes by itself once somebody has done their part, so that trying again makes sense."""

    def __init__(self, sentence: str, **data: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.data = data

    @property
    def code(self) -> str:
        """The stable name that programs and journals know this error by."""
        return type(self).__name__


def named(code: str, sentence: str, data: dict[str, str]) -> SluiceError | None:
    """The error of that code, as it was raised where the command was carried out; None for a code that is none of ours.

    One that is defined elsewhere comes back as the error of this tree that it is a kind of.
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


class MoneyFormatError(BadInput):
    """An amount is not written as `"JPY 90000000"` or has more decimals than its currency."""


class UnknownCurrency(BadInput):
    """The code is not a currency of ISO 4217."""


class NotFound(SluiceError):
    """A command names a production, milestone, payment or run that does not exist."""


class Refused(SluiceError):
    """The command is understood and not allowed; the refusal is recorded."""

    recorded = True


class WrongRole(Refused):
    """The person acting does not hold the role, or not for the party, that this needs."""


class SamePerson(Refused):
    """Four eyes: the second person is the first."""


class IllegalTransition(Refused):
    """The thing is in a state from which this step does not exist."""


class StaleApproval(Refused):
    """The approval is bound to content that has changed since."""


class RateMissing(SluiceError):
    """A reference rate that the agreement names has not been imported yet; the work waits and asks again."""

    passing = True


class IdempotencyConflict(SluiceError):
    """A command key was used before with another payload; nothing was changed."""


class ClockOff(SluiceError):
    """The clock of the machine that a worker runs on is too far from the database's; it takes no work."""


class Broken(SluiceError):
    """A recorded fact contradicts itself or the books; a person must look before anything goes on."""


class UnknownEngine(Broken):
    """Something on record was computed by an engine that this release does not have."""
