"""An agreement says how a production is paid, how its receipts are shared, or both."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding
from domain.agreement.model import Agreement

_MOST_NEEDED = {"accounts": 2, "milestones": 1, "schedule": 1}


def sections(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Missing sections. With a waterfall, the payment side may be left out as a whole."""
    written = {field: len(getattr(agreement, field)) for field in _MOST_NEEDED}
    if agreement.waterfall is not None and not any(written.values()):
        return
    for field, needed in _MOST_NEEDED.items():
        if written[field] < needed:
            sentence = f"the list has {written[field]} items: name at least {needed}"
            other = ", or leave the payment side out altogether." if agreement.waterfall else "."
            yield AgreementFinding((field,), "missing", sentence + other)
