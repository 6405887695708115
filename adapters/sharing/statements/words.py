"""One language's words, number and date formats: our terms from `catalogue/`, the rest from CLDR."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_name

from domain.values.currency import exponent
from domain.values.money import Money


class Language(StrEnum):
    """The languages that statements are written in."""

    ENGLISH = "en"
    KOREAN = "ko"
    JAPANESE = "ja"


@cache
def labels(language: Language) -> Mapping[str, str]:
    """Return the catalogue of a language, by `section.name`."""
    written = tomllib.loads(files(__package__).joinpath("catalogue", f"{language}.toml").read_text("utf-8"))
    return {f"{section}.{name}": text for section, names in written.items() for name, text in names.items()}


def pattern(currency: str) -> str:
    """Return the number format of a currency, for CLDR and spreadsheets: `#,##0.00` for two decimals."""
    places = exponent(currency)
    return "#,##0" + ("." + "0" * places if places else "")


def rounded(value: Fraction, currency: str) -> Decimal:
    """Round an exact amount of major units to the smallest unit of its currency, half to even."""
    return Money(round(value * 10 ** exponent(currency)), currency).decimal


@dataclass(frozen=True, slots=True)
class Words:
    """The terms of a language, and its number and date formats."""

    language: Language
    labels: Mapping[str, str]

    @classmethod
    def of(cls, language: Language) -> "Words":
        """Return the words of a language."""
        return cls(language, labels(language))

    def say(self, key: str, **values: str) -> str:
        """Return the text of a catalogue key, with its blanks filled."""
        return self.labels[key].format_map(values)

    def figure(self, value: Fraction, currency: str) -> str:
        """Format an amount without its currency, rounded to the smallest unit."""
        return format_decimal(rounded(value, currency), format=pattern(currency), locale=self.language.value)

    def money(self, amount: Money) -> str:
        """Format an amount with its currency's code. Unlike a symbol, a code belongs to one currency only."""
        written = f"¤¤ {pattern(amount.currency)};¤¤ -{pattern(amount.currency)}"
        return format_currency(
            amount.decimal, amount.currency, format=written, locale=self.language.value, currency_digits=False
        )

    def decimal(self, value: Decimal) -> str:
        """Format a rate or a percentage with all its digits."""
        return format_decimal(value, locale=self.language.value, decimal_quantization=False)

    def count(self, count: int) -> str:
        """Format a count."""
        return format_decimal(count, locale=self.language.value)

    def day(self, day: date) -> str:
        """Format a date, with the month in letters where the language does so."""
        return format_date(day, format="medium", locale=self.language.value)

    def instant(self, instant: datetime) -> str:
        """Format a date and time in UTC."""
        return f"{self.day(instant.date())} {instant:%H:%M:%S} UTC"

    def currency(self, code: str) -> str:
        """Return a currency's code and name."""
        return f"{code} ({get_currency_name(code, locale=self.language.value)})"

    def country(self, code: str) -> str:
        """Return a country's name, or the code if CLDR has none."""
        names: Mapping[str, str] = Locale(self.language.value).territories
        return names.get(code, code)
