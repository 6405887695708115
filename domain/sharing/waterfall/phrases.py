"""The phrases of a waterfall as trees: shares ("10 % of what remains"), sums, and conditions ("mg is recouped").

    share      := "what remains" | part "of" ("what remains" | sum) | AMOUNT | "by" NAME ;
    sum        := term (("+" | "-") term)* ;
    term       := [(part | "(" sum ")") "of"] quotient ["rounded" rounding] ;
    quotient   := factor ("/" factor)* ["else" (part | factor)] ;
    factor     := AMOUNT ["for each" ["full" (AMOUNT | NUMBER) "of"] factor] | NUMBER | NAME ["this" period]
                | "what is left of" NAME | "(" sum ")" | best ;
    best       := "the" ("greater" | "lesser") "of" term ("and" term)+ ;
    rounding   := ["up" | "down"] "to" (AMOUNT | NUMBER) ;
    period     := "month" | "quarter" | "half-year" | "year" ;
    part       := NUMBER "%" | NUMBER "/" NUMBER | "all" ;
    condition  := both ("or" both)* ;        both := one ("and" one)* ;
    one        := "not" one | "(" condition ")" | NAME ["is recouped"] | ("from" | "before") DATE | comparison ;
    comparison := sum ("reaches" | "exceeds" | "is below" | "is at most") sum ;

A hyphen is part of a name; a minus sign has spaces around it.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import TypeVar

from domain.calendar.dates import MONTHS
from domain.sharing.waterfall.tokens import WORDS, PhraseError, Tokens
from domain.sharing.waterfall.trees import (
    Added,
    Best,
    Compared,
    Condition,
    Constant,
    Divided,
    Full,
    Happened,
    Joined,
    Multiplied,
    Name,
    Not,
    Recouped,
    Rounded,
    RoundedTo,
    Scaled,
    SharePhrase,
    Since,
    Sum,
)
from domain.values.money import Money
from domain.values.rounding import Direction

PERIODS = tuple(MONTHS)
"""Calendar spans at whose beginning a `this` count restarts at zero."""

_GOES_ON = frozenset(("reaches", "exceeds", "is", "+", "-", "/", "of", "rounded"))

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


@cache
def rounding(text: str) -> RoundedTo:
    """Parse a rounding, such as "to KRW 1" or "down to KRW 100"."""
    return _whole(text, _Parser.rounding)


def _whole(text: str, read: Callable[["_Parser"], T]) -> T:
    parser = _Parser(text)
    result = read(parser)
    parser.end()
    return result


class _Parser(Tokens):
    """A recursive descent parser."""

    def share(self) -> SharePhrase:
        """A whole share: a fixed sum, what remains, a table, or a part with its required base."""
        if self.skip("what", "remains"):
            return SharePhrase(Fraction(1), None)
        if self.skip("by"):
            return SharePhrase(Fraction(1), None, table=self.name())
        if self.kind() == "amount" and self._at == len(self._tokens) - 1:
            return SharePhrase(Fraction(1), None, self.money())
        rate = self.part()
        if self._at == len(self._tokens):
            raise PhraseError(f'{self._text!r} of what? Name the base: "{self._text} of what remains", or of a pool.')
        self.expect("of")
        if self.skip("what", "remains"):
            return SharePhrase(rate, None)
        return SharePhrase(rate, self.sum())

    def sum(self) -> Sum:
        """Terms from the left. A subtracted term is multiplied by minus one."""
        self.deeper()
        terms = [self._term()]
        while self.word() in {"+", "-"}:
            self._needs_no_brackets(terms[-1])
            minus = self.take()[1] == "-"
            term = self._term()
            self._needs_no_brackets(term)
            terms.append(Scaled(Fraction(-1), term) if minus else term)
        self._depth -= 1
        return terms[0] if len(terms) == 1 else Added(tuple(terms))

    def _needs_no_brackets(self, term: Sum) -> None:
        """Refuse a rounding of one of several terms that may be meant to round them all."""
        if isinstance(term, Rounded) and self.word(-1) != ")":
            raise PhraseError(f"{self._text!r} rounds what? Put brackets around it: (a + b) rounded, or (a rounded …).")

    def _term(self) -> Sum:
        rate = self.part() if self._is_part() else None
        if rate is not None:
            self.expect("of")
        read = self._quotient()
        if rate is None and self.word(-1) == ")" and self.skip("of"):
            read = _product(read, self._quotient())
        if rate is not None:
            read = Scaled(rate, read)
        return Rounded(read, self.rounding()) if self.skip("rounded") else read

    def _is_part(self) -> bool:
        """Whether a part follows: a division of two numbers is one where `of` follows it."""
        return self._is_portion() and (self.word(1) != "/" or (self.kind(2) == "number" and self.word(3) == "of"))

    def _quotient(self) -> Sum:
        read = self._factor()
        while self.skip("/"):
            by = self._factor()
            if isinstance(by, Constant) and not _minor(by.value):
                raise PhraseError(f"{self._text!r} divides by nothing: correct it.")
            if isinstance(by, Constant) and isinstance(by.value, Fraction):
                read = Scaled(1 / by.value, read)
            else:
                read = Divided(read, by)
        if isinstance(read, Divided) and self.skip("else"):
            return replace(read, otherwise=Constant(self.part()) if self._is_portion() else self._factor())
        return read

    def _is_portion(self) -> bool:
        """Whether a percentage or a fraction of numbers follows."""
        return self.word() == "all" or (self.kind() == "number" and self.word(1) in {"%", "/"})

    def _factor(self) -> Sum:  # noqa: PLR0911 - one answer for each kind of factor
        if self.kind() == "amount":
            amount = self.money()
            if not self.skip("for", "each"):
                return Constant(amount)
            if self.word() == "full" and self.kind(1) in {"amount", "number"}:
                self.take()
                unit = self._unit()
                self.expect("of")
                return Scaled(amount, Full(unit, self._factor()))
            return Scaled(amount, self._factor())
        if self.kind() == "number":
            return Constant(Fraction(self.take()[1]))
        if self.skip("("):
            inner = self.sum()
            self.expect(")")
            return inner
        if self.skip("what", "is", "left", "of"):
            return Name(self.name(), left=True)
        if self.skip("the"):
            return self._best()
        return Name(self.name(), this=self._span())

    def _best(self) -> Sum:
        greater = self.word() == "greater"
        self.expect("greater" if greater else "lesser")
        self.expect("of")
        of = [self._term()]
        while self.skip("and"):
            self._needs_no_brackets(of[-1])
            of.append(self._term())
            self._needs_no_brackets(of[-1])
        return Best(greater, tuple(of))

    def _unit(self) -> Money | Fraction:
        """An amount or a number above zero."""
        if self.kind() not in {"amount", "number"}:
            raise self.wrong("an amount or a number")
        unit = self.money() if self.kind() == "amount" else Fraction(self.take()[1])
        if _minor(unit) <= 0:
            raise PhraseError(f"{self._text!r} counts by nothing: write a unit above zero.")
        return unit

    def rounding(self) -> RoundedTo:
        """Up, down or to the nearest, to a unit above zero."""
        direction: Direction = "up" if self.skip("up") else "down" if self.skip("down") else "half"
        self.expect("to")
        return RoundedTo(self._unit(), direction)

    def _span(self) -> str:
        if not self.skip("this"):
            return ""
        if self.word() not in PERIODS:
            raise self.wrong(f'"{", ".join(PERIODS[:-1])} or {PERIODS[-1]}"')
        return self.take()[1]

    def part(self) -> Fraction:
        """A part of one: a percentage, a fraction, or all."""
        if self.skip("all"):
            return Fraction(1)
        if self.kind() != "number":
            raise self.wrong('a percentage such as "10 %", or "what remains"')
        number = Fraction(self.take()[1])
        if self.skip("%"):
            return number / 100
        self.expect("/")
        if self.kind() != "number" or Fraction(self.word()) == 0:
            raise self.wrong("a denominator above zero")
        return number / Fraction(self.take()[1])

    def condition(self) -> Condition:
        """Conditions joined by `or`, each of conditions joined by `and`, which binds closer."""
        self.deeper()
        read = self._joined("or", lambda: self._joined("and", self._one))
        self._depth -= 1
        return read

    def _joined(self, word: str, read: Callable[[], Condition]) -> Condition:
        parts = [read()]
        while self.skip(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Joined(word == "and", tuple(parts))

    def _one(self) -> Condition:
        if self.skip("not"):
            self.deeper()
            inner = self._one()
            self._depth -= 1
            return Not(inner)
        if self.word() in {"from", "before"}:
            before = self.take()[1] == "before"
            since = Since(self.day())
            return Not(since) if before else since
        start, depth = self._at, self._depth
        if self.skip("("):
            try:
                inner = self.condition()
                self.expect(")")
            except PhraseError:
                self._at, self._depth = start, depth  # a bracket may also begin a sum: "(a + b) reaches c"
            else:
                if self.word() not in _GOES_ON:
                    return inner
                self._at = start  # as may one around a single name: "(a) reaches c"
        if self.kind() == "word" and self.word() not in WORDS:
            if self.words(1, "is", "recouped"):
                name = self.name()
                self._at += 2
                return Recouped(name)
            if self.word(1) in {"", "and", "or", ")"}:
                return Happened(self.name())
        return self._compared(self.sum())

    def _compared(self, left: Sum) -> Condition:
        if self.skip("reaches"):
            return Compared(left, self.sum(), strict=False)
        if self.skip("exceeds"):
            return Compared(left, self.sum(), strict=True)
        if self.skip("is", "below"):
            return Not(Compared(left, self.sum(), strict=False))
        if self.skip("is", "at", "most"):
            return Not(Compared(left, self.sum(), strict=True))
        raise self.wrong('"reaches", "exceeds", "is below", "is at most" or "is recouped"')


def _product(factor: Sum, of: Sum) -> Sum:
    if isinstance(factor, Constant) and isinstance(factor.value, Fraction):
        return Scaled(factor.value, of)
    return Multiplied(factor, of)


def _minor(value: Money | Fraction) -> Fraction | int:
    return value.minor if isinstance(value, Money) else value
