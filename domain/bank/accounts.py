"""Whether an account that a bank names is an account of ours."""

import re

_SIGNIFICANT = 7
"""A national number is looked for at the end of a longer one from this many digits on. Zengin numbers have as many."""

_ZENGIN = re.compile(r"(\d{4})(\d{3})(\d)((?!0{7})\d{7})")
"""How a Zengin file's account is reported: bank, branch, type of account, number."""


def same_account(reported: str, ours: str) -> bool:
    """Whether the account that a bank reports is the one that an agreement names.

    Blanks and hyphens do not count. Equal are: the same number, also with other leading zeros; a national number and
    the IBAN, or bank and branch code with number, that ends in it; a Zengin number with or without its bank,
    branch and type. Two accounts of ours may both be meant, so a match that is not equal must be the only one.
    """
    first, second = _plain(reported), _plain(ours)
    if first == second:
        return True
    if first.isdecimal() and second.isdecimal() and first.lstrip("0") == second.lstrip("0"):
        return True
    short, long = sorted((first, second), key=len)
    if len(short) >= _SIGNIFICANT and short.isdecimal() and short.strip("0") and long.endswith(short):
        return True
    return second.lstrip("0") in _zengin_forms(first)


def _plain(number: str) -> str:
    return re.sub(r"[\s-]", "", number).upper()


def _zengin_forms(reported: str) -> set[str]:
    """The ways to write an account of a Zengin file: any of bank, branch and type, then the number. No zeros lead."""
    parts = _ZENGIN.fullmatch(reported)
    if parts is None:
        return set()
    bank, branch, kind, number = parts.groups()
    return {(b + r + k + number).lstrip("0") for b in (bank, "") for r in (branch, "") for k in (kind, "")}
