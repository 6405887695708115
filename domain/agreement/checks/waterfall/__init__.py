"""The checks of the `waterfall:` section."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding
from domain.agreement.checks.waterfall.claims import claims
from domain.agreement.checks.waterfall.contracts import contracts
from domain.agreement.checks.waterfall.entries import entries
from domain.agreement.checks.waterfall.flow import circles, flow
from domain.agreement.checks.waterfall.names import Vocabulary, names
from domain.agreement.checks.waterfall.positions import positions
from domain.agreement.checks.waterfall.tables import tables
from domain.agreement.checks.waterfall.words import words
from domain.agreement.model import Agreement

CHECKS = (names, words, flow, entries, positions, claims, tables, contracts)


def waterfall(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Everything wrong with the waterfall. Circles are checked only if the rest can be read."""
    if agreement.waterfall is None:
        return
    known = Vocabulary.of(agreement.waterfall, [party.id for party in agreement.parties])
    found = [finding for one in CHECKS for finding in one(agreement.waterfall, known)]
    yield from found or circles(agreement.waterfall, known)
