"""Agreements by the hash of their document: checked when they are put in force, and readable ever after."""

import pytest

from adapters.agreement.cache import Agreements
from adapters.agreement.documents import BadDocument
from domain.errors import NotFound
from tests.world import UNSHARED

FLAWED = UNSHARED.replace(b"due: {on: 2025-02-14}", b"due: {on: 2024-02-14}", 1)
"""It has a date before it takes effect: a finding today, as others may become one with a later release."""


def test_what_was_recorded_is_read_whatever_todays_checks_find(world):
    digest = world.keep(FLAWED)
    with world.store.reading() as records:
        assert Agreements().of(records, digest).production == "LIGHTHOUSE"


def test_what_is_to_be_put_in_force_is_checked_though_it_was_read_before(world):
    digest, agreements = world.keep(FLAWED), Agreements()
    agreements.read(world.store, digest)
    with pytest.raises(BadDocument, match="2024-02-14"):
        agreements.first(world.store, digest)
    good = world.keep(UNSHARED)
    before = agreements.first(world.store, good)
    assert before is agreements.read(world.store, good)
    with world.store.reading() as records, pytest.raises(BadDocument):
        agreements.amendment(records, digest, before, before)


def test_what_is_no_agreement_is_told_by_its_line(world):
    digest = world.keep(b"sluice: 1\nproduction: [\n")
    with world.store.reading() as records, pytest.raises(BadDocument, match="the kept document:"):
        Agreements().of(records, digest)


def test_a_document_that_is_not_kept_is_not_found(world):
    with pytest.raises(NotFound, match="No document 00000000"):
        Agreements().first(world.store, "0" * 64)
