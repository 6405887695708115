"""The names of Japanese banks and branches by their codes, from the package zengin-code, which follows the register."""

from functools import cache

from domain.bank.messages import ClearingMember
from domain.bank.zengin.transfers import BankNames
from domain.errors import NotFound


@cache
def bank_names(place: ClearingMember) -> BankNames:
    """Return the names in kana of a bank and its branch.

    Raises:
        NotFound: the register has no such bank, or the bank no such branch.
    """
    from zengin_code import Bank  # noqa: PLC0415 - it reads a file for each bank when it is imported

    bank = Bank.all.get(place.member)
    if bank is None:
        raise NotFound(f"No bank has the code {place.member}: compare it with the payee's invoice.", field="member")
    if place.branch is None:
        raise NotFound(f"The branch of {bank.name} ({place.member}) is missing: add its three digits.", field="branch")
    branch = bank.branches.get(place.branch)
    if branch is None:
        raise NotFound(f"{bank.name} ({place.member}) has no branch {place.branch}: compare it.", field="branch")
    return BankNames(bank.kana, branch.kana)
