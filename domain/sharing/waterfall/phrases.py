"""The phrases of a waterfall as trees: shares ("10 % of what remains"), sums, and conditions ("mg is recouped").

    share      := "what remains" | part "of" ("what remains" | sum) | AMOUNT ;
    sum        := term (("+" | "-") term)* ;
    term       := part "of" factor | factor ;
    factor     := AMOUNT ["for each" factor] | NUMBER | NAME ["this" period] | "what is left of" NAME | "(" sum ")"
                | best ;
    best       := "the" ("greater" | "lesser") "of" term ("and" term)+ ;
    period     := "month" | "quarter" | "half-year" | "year" ;
    part       := NUMBER "%" | NUMBER "/" NUMBER | "all" ;
    condition  := both ("or" both)* ;        both := one ("and" one)* ;
    one        := "not" one | "(" condition ")" | NAME ["is recouped"] | ("from" | "before") DATE | comparison ;
    comparison := sum ("reaches" | "exceeds" | "is below" | "is at most") sum ;

A hyphen is part of a name; a minus sign has spaces around it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TypeVar

from domain.calendar.dates import MONTHS
from domain.errors import BadInput
from domain.values.money import Money

_TOKEN = re.compile(
    r"\s*(?:(?P<amount>[A-Z]{3} [0-9]+(?:\.[0-9]+)?(?![\w.]))|(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-]))"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.-]))|(?P<word>[A-Za-z0-9][A-Za-z0-9-]*)|(?P<sign>[-+%/()]))"
)
_MAX_LENGTH = 400
_MAX_DEPTH = 20

WORDS = frozenset(
    word
    for words in (
        ("what", "remains", "of", "all", "for", "each", "is", "left", "the", "greater", "lesser", "everything", "else"),
        ("and", "or", "not", "recouped", "from", "before", "reaches", "exceeds", "below", "at", "most", "this"),
    )
    for word in words
)
"""Reserved words, which cannot be names."""


PERIODS = tuple(MONTHS)
"""Calendar spans at whose beginning a `this` count restarts at zero."""


_GOES_ON = frozenset(("reaches", "exceeds", "is", "+", "-"))


class PhraseError(BadInput):
    """A phrase cannot be parsed. The sentence says what was expected and where."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed sum or a plain number."""

    value: Money | Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """The amount or count of a party, pool, position, claim or metric so far, or in a calendar span (`this`).

    With `left`, what a pool left over.
    """

    name: str
    left: bool = False
    this: str = ""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A part of a sum, or an amount for each of something counted."""

    factor: Fraction | Money
    of: "Sum"


@dataclass(frozen=True, slots=True)
class Added:
    """A sum of sums."""

    terms: tuple["Sum", ...]


@dataclass(frozen=True, slots=True)
class Best:
    """The greatest or the least of several sums."""

    greater: bool
    of: tuple["Sum", ...]


Sum = Constant | Name | Scaled | Added | Best


@dataclass(frozen=True, slots=True)
class Compared:
    """`left` reaches (>=) or, where `strict`, exceeds (>) `right`."""

    left: Sum
    right: Sum
    strict: bool


@dataclass(frozen=True, slots=True)
class Recouped:
    """A claim has been recouped in full for now."""

    claim: str


@dataclass(frozen=True, slots=True)
class Since:
    """A day has come."""

    day: date


@dataclass(frozen=True, slots=True)
class Happened:
    """A named event holds."""

    event: str


@dataclass(frozen=True, slots=True)
class Joined:
    """All, or any, of several conditions."""

    every: bool
    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold."""

    of: "Condition"


Condition = Compared | Recouped | Since | Happened | Joined | Not


@dataclass(frozen=True, slots=True)
class SharePhrase:
    """What a position takes: `rate` of `base` (None: of what remains), or at most `fixed` in all."""

    rate: Fraction
    base: Sum | None
    fixed: Money | None = None


T = TypeVar("T")


@cache
def share(text: str) -> SharePhrase:
    """Parse a share, such as "10 % of what remains", "10/110 of gross", "what remains" or "USD 5000".

    Raises:
        PhraseError: it is none. For a percentage without a base the error says so.
    """
    return _whole(text, _Parser.share)


@cache
def sum_of(text: str) -> Sum:
    """Parse a sum, such as "USD 300000", "120 % of budget" or "the lesser of costs and USD 25000"."""
    return _whole(text, lambda parser: parser.sum())


@cache
def condition(text: str) -> Condition:
    """Parse a condition, such as "mg is recouped" or "admissions reaches 3000000 and from 2026-01-01"."""
    return _whole(text, lambda parser: parser.condition())


@cache
def part(text: str) -> Fraction:
    """Parse a part, such as "10 %" or "1/3"."""
    return _whole(text, _Parser.part)


def _whole(text: str, read: Callable[["_Parser"], T]) -> T:
    parser = _Parser(text)
    result = read(parser)
    parser.end()
    return result


class _Parser:
    """A recursive descent parser. Every method leaves the tokens that it does not understand."""

    def __init__(self, text: str) -> None:
        if len(text) > _MAX_LENGTH:
            raise PhraseError(f"the phrase has {len(text)} characters: split it, {_MAX_LENGTH} are the most.")
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        self._depth = 0
        at, end = 0, len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                raise PhraseError(f"{text!r} cannot be read from {text[at:].strip()[:20]!r} on: use plain words.")
            self._tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
            at = match.end()
        self._at = 0

    def share(self) -> SharePhrase:
        """A whole share: a fixed sum, what remains, or a part with its required base."""
        if self._skip("what", "remains"):
            return SharePhrase(Fraction(1), None)
        if self._kind() == "amount" and self._at == len(self._tokens) - 1:
            return SharePhrase(Fraction(1), None, self._money())
        rate = self.part()
        if self._at == len(self._tokens):
            raise PhraseError(f'{self._text!r} of what? Name the base: "{self._text} of what remains", or of a pool.')
        self._expect("of")
        if self._skip("what", "remains"):
            return SharePhrase(rate, None)
        return SharePhrase(rate, self.sum())

    def sum(self) -> Sum:
        """Terms from the left. A subtracted term is multiplied by minus one."""
        self._deeper()
        terms = [self._term()]
        while self._word() in {"+", "-"}:
            minus = self._take()[1] == "-"
            term = self._term()
            terms.append(Scaled(Fraction(-1), term) if minus else term)
        self._depth -= 1
        return terms[0] if len(terms) == 1 else Added(tuple(terms))

    def _term(self) -> Sum:
        is_part = self._word() == "all" or (self._kind() == "number" and self._word(1) in {"%", "/"})
        if not is_part:
            return self._factor()
        rate = self.part()
        self._expect("of")
        return Scaled(rate, self._factor())

    def _factor(self) -> Sum:
        if self._kind() == "amount":
            amount = self._money()
            return Scaled(amount, self._factor()) if self._skip("for", "each") else Constant(amount)
        if self._kind() == "number":
            return Constant(Fraction(self._take()[1]))
        if self._skip("("):
            inner = self.sum()
            self._expect(")")
            return inner
        if self._skip("what", "is", "left", "of"):
            return Name(self._name(), left=True)
        if self._skip("the"):
            greater = self._word() == "greater"
            self._expect("greater" if greater else "lesser")
            self._expect("of")
            of = [self._term()]
            while self._skip("and"):
                of.append(self._term())
            return Best(greater, tuple(of))
        return Name(self._name(), this=self._span())

    def _span(self) -> str:
        if not self._skip("this"):
            return ""
        if self._word() not in PERIODS:
            raise self._wrong(f'"{", ".join(PERIODS[:-1])} or {PERIODS[-1]}"')
        return self._take()[1]

    def part(self) -> Fraction:
        """A part of one: a percentage, a fraction, or all."""
        if self._skip("all"):
            return Fraction(1)
        if self._kind() != "number":
            raise self._wrong('a percentage such as "10 %", or "what remains"')
        number = Fraction(self._take()[1])
        if self._skip("%"):
            return number / 100
        self._expect("/")
        if self._kind() != "number" or Fraction(self._word()) == 0:
            raise self._wrong("a denominator above zero")
        return number / Fraction(self._take()[1])

    def condition(self) -> Condition:
        """Conditions joined by `or`, each of conditions joined by `and`, which binds closer."""
        self._deeper()
        read = self._joined("or", lambda: self._joined("and", self._one))
        self._depth -= 1
        return read

    def _joined(self, word: str, read: Callable[[], Condition]) -> Condition:
        parts = [read()]
        while self._skip(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Joined(word == "and", tuple(parts))

    def _one(self) -> Condition:
        if self._skip("not"):
            self._deeper()
            inner = self._one()
            self._depth -= 1
            return Not(inner)
        if self._word() in {"from", "before"}:
            before = self._take()[1] == "before"
            since = Since(self._day())
            return Not(since) if before else since
        start, depth = self._at, self._depth
        if self._skip("("):
            try:
                inner = self.condition()
                self._expect(")")
            except PhraseError:
                self._at, self._depth = start, depth  # a bracket may also begin a sum: "(a + b) reaches c"
            else:
                if self._word() not in _GOES_ON:
                    return inner
                self._at = start  # as may one around a single name: "(a) reaches c"
        if self._kind() == "word" and self._word() not in WORDS:
            if self._words(1, "is", "recouped"):
                name = self._name()
                self._at += 2
                return Recouped(name)
            if self._word(1) in {"", "and", "or", ")"}:
                return Happened(self._name())
        return self._compared(self.sum())

    def _compared(self, left: Sum) -> Condition:
        if self._skip("reaches"):
            return Compared(left, self.sum(), strict=False)
        if self._skip("exceeds"):
            return Compared(left, self.sum(), strict=True)
        if self._skip("is", "below"):
            return Not(Compared(left, self.sum(), strict=False))
        if self._skip("is", "at", "most"):
            return Not(Compared(left, self.sum(), strict=True))
        raise self._wrong('"reaches", "exceeds", "is below", "is at most" or "is recouped"')

    def end(self) -> None:
        """Raise an error if anything follows the phrase."""
        if self._at < len(self._tokens):
            raise self._wrong("the end")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise PhraseError(f"the phrase nests deeper than {_MAX_DEPTH} brackets: split it.")

    def _kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _word(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at][1] if at < len(self._tokens) else ""

    def _words(self, ahead: int, *words: str) -> bool:
        return all(self._word(ahead + n) == word for n, word in enumerate(words))

    def _take(self) -> tuple[str, str]:
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, *words: str) -> bool:
        found = self._words(0, *words)
        self._at += len(words) if found else 0
        return found

    def _expect(self, word: str) -> None:
        if not self._skip(word):
            raise self._wrong(f'"{word}"')

    def _name(self) -> str:
        if self._kind() != "word" or self._word() in WORDS:
            raise self._wrong("a name")
        return self._take()[1]

    def _money(self) -> Money:
        try:
            return Money.parse(self._take()[1])
        except BadInput as error:
            raise PhraseError(error.sentence) from None

    def _day(self) -> date:
        try:
            return date.fromisoformat(self._take()[1])
        except (ValueError, IndexError):
            raise PhraseError(f"{self._text!r} needs a date such as 2026-03-31 after from or before.") from None

    def _wrong(self, expected: str) -> PhraseError:
        found = f"{self._word()!r} stands there" if self._word() else "it ends there"
        before = " ".join(text for _, text in self._tokens[: self._at])
        return PhraseError(f"{self._text!r} should go on with {expected} after {before!r}, and {found}.")
