"""The checks that an agreement must pass as a whole. Each one reports everything that it finds."""

from domain.agreement.checks.accounts import accounts, overdrafts
from domain.agreement.checks.amendment import amendment
from domain.agreement.checks.bank_files import bank_files
from domain.agreement.checks.calendars import calendars
from domain.agreement.checks.cancellation import cancellation
from domain.agreement.checks.dates import dates
from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.flow import flows, fx_rules
from domain.agreement.checks.ids import duplicates, references
from domain.agreement.checks.milestones import approvals, order
from domain.agreement.checks.names import names, titles
from domain.agreement.checks.receipts import receipt_fx
from domain.agreement.checks.sections import sections
from domain.agreement.checks.sums import shares, terms, totals, write_offs
from domain.agreement.checks.waterfall import waterfall
from domain.agreement.model import Agreement

__all__ = ["AgreementFinding", "Path", "check"]

_ALONE = (
    sections,
    duplicates,
    references,
    order,
    approvals,
    terms,
    totals,
    write_offs,
    cancellation,
    flows,
    fx_rules,
    accounts,
    overdrafts,
    bank_files,
    calendars,
    names,
    titles,
    receipt_fx,
    waterfall,
)


def check(
    agreement: Agreement, previous: Agreement | None = None, in_force: Agreement | None = None
) -> tuple[AgreementFinding, ...]:
    """Everything wrong with an agreement or, if `previous` is given, with an amendment of it. Empty if nothing is.

    `in_force` is `previous` with the accounts of payees as they were changed since; by default nothing was.

    Time zones are checked where the document is read, because their list is a system file.
    """
    findings = [finding for one in _ALONE for finding in one(agreement)]
    findings += dates(agreement, previous)
    if previous is not None:
        findings += amendment(agreement, previous, in_force or previous)
    return tuple(findings or shares(agreement))
