"""Names of ledger accounts that more than the postings need."""

SUSPENSE = "suspense:unmatched:"
"""Prefix of the accounts of unexplained movements, before the bank account's id."""


def suspense(account: str) -> str:
    """The ledger account of unexplained movements on a bank account."""
    return f"{SUSPENSE}{account}"
