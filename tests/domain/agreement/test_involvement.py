"""Whom an agreement concerns with what."""

from adapters.agreement.documents import load_agreement
from domain.agreement.involvement import involvement
from domain.agreement.model import Control
from tests.world import DRAMA, EXAMPLES


def test_a_milestone_concerns_who_submits_and_approves_it_and_who_pays_or_is_paid_after_it():
    agreement = load_agreement(DRAMA).agreement
    milestone = agreement.milestone("closing")
    concerned = involvement(agreement).milestones["closing"]
    assert {milestone.submitter, *milestone.approval.parties} <= concerned
    assert "publisher" in concerned  # is paid after it
    assert concerned < involvement(agreement).parties


def test_only_accounts_that_are_instructed_here_have_keepers():
    agreement = load_agreement(DRAMA).agreement
    controlled = {one.id for one in agreement.accounts if one.control is Control.CONTROLLED}
    assert involvement(agreement).owners.keys() == controlled
    assert involvement(agreement).payer == "spc"


def test_an_agreement_that_shares_nothing_has_no_payer(tmp_path):
    raw = DRAMA.read_bytes().partition(b"\n# What the finished series earns")[0] + b"\n"
    (tmp_path / "a.yaml").write_bytes(raw)
    assert involvement(load_agreement(tmp_path / "a.yaml").agreement).payer is None


def test_every_example_has_its_involvement():
    for file in sorted(EXAMPLES.glob("film-*.yaml")):
        agreement = load_agreement(file).agreement
        assert involvement(agreement).parties == {party.id for party in agreement.parties}
