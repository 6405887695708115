"""Tax numbers of parties, checked by python-stdnum; where that leaves out a check digit, it is checked here."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from stdnum.exceptions import ValidationError
from stdnum.fr import siren
from stdnum.jp import cn
from stdnum.kr import brn
from stdnum.tw import ubn
from stdnum.us import ein

from domain.errors import BadInput


class TaxIdKind(StrEnum):
    """The tax numbers that can be checked."""

    KR_BUSINESS = "kr-business-number"
    JP_CORPORATE = "jp-corporate-number"
    JP_INVOICE = "jp-invoice-number"
    TW_BUSINESS = "tw-business-number"
    FR_SIREN = "fr-siren"
    US_EIN = "us-ein"


TAX_ID_TERMS: Mapping[TaxIdKind, str] = {
    TaxIdKind.KR_BUSINESS: "사업자등록번호, ten digits",
    TaxIdKind.JP_CORPORATE: "法人番号, thirteen digits",
    TaxIdKind.JP_INVOICE: "適格請求書発行事業者の登録番号, T and thirteen digits; a person's has no check digit",
    TaxIdKind.TW_BUSINESS: "統一編號, eight digits",
    TaxIdKind.FR_SIREN: "numéro SIREN, nine digits",
    TaxIdKind.US_EIN: "employer identification number, nine digits",
}
"""Each number's own term, and its form."""

_BRN_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_JP_DIGITS = 13


def checked_tax_id(kind: TaxIdKind, written: str, *, individual: bool = False) -> str:
    """A tax number in its plain form, without spaces and hyphens.

    `individual` says that a Japanese invoice number is a person's, of which only the form can be checked.

    Raises:
        BadInput: it is no such number.
    """
    try:
        return _individual_number(written) if individual and kind is TaxIdKind.JP_INVOICE else _CHECKS[kind](written)
    except ValidationError as error:
        why = str(error).rstrip(".").lower()
        raise BadInput(
            f"{written[:40]!r} is no {kind.value.replace('-', ' ')} ({TAX_ID_TERMS[kind]}): {why}. Compare it with "
            "the certificate of registration."
        ) from None


def _business_number(written: str) -> str:
    """A Korean business number. The library knows its form, and not its check digit (as in 지급명세서's own check)."""
    number: str = brn.validate(written)
    digits = [int(digit) for digit in number]
    products = [digit * weight for digit, weight in zip(digits[:9], _BRN_WEIGHTS, strict=True)]
    if (sum(products) + products[-1] // 10 + digits[9]) % 10:
        raise ValidationError("its check digit does not fit")
    return number


def _invoice_number(written: str) -> str:
    return "T" + str(cn.validate(_after_t(written)))


def _individual_number(written: str) -> str:
    number = str(cn.compact(_after_t(written)))
    if len(number) != _JP_DIGITS or not (number.isascii() and number.isdigit()):
        raise ValidationError("it is not thirteen digits")
    return "T" + number


def _after_t(written: str) -> str:
    stripped = written.strip()
    if stripped[:1] not in {"T", "t"}:
        raise ValidationError("it does not begin with T")
    return stripped[1:]


_CHECKS: Mapping[TaxIdKind, Callable[[str], str]] = {
    TaxIdKind.KR_BUSINESS: _business_number,
    TaxIdKind.JP_CORPORATE: cn.validate,
    TaxIdKind.JP_INVOICE: _invoice_number,
    TaxIdKind.TW_BUSINESS: ubn.validate,
    TaxIdKind.FR_SIREN: siren.validate,
    TaxIdKind.US_EIN: ein.validate,
}
