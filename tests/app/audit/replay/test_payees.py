"""An audit finds what the controls of payees, limits and releases did not allow."""

from datetime import UTC, datetime, timedelta

import pytest

from app.audit.replay.payees import Controls
from domain.agreement.clauses import Limit, PaymentControls
from domain.audit.refold import batches
from domain.events import (
    GatheredPayment,
    PaymentResumed,
    PaymentsFreed,
    PaymentsGathered,
    PaymentsHeld,
    RunFirstReleased,
    RunReleased,
    StoppedPayment,
    UnfreezeApproved,
)
from domain.ledger import journal
from domain.ledger.journal import Head
from domain.payees.screening import ListedEntry
from tests.domain import builders as b
from tests.domain.payees import test_screening
from tests.domain.payments.test_holds import CONFIRMED, FROZEN, PROPOSED, held, reviewed

LIMITED = b.agreement().model_copy(
    update={"payment_controls": PaymentControls(limits=(Limit(per="run", amount=b.krw(1)),))}
)
LISTED = (ListedEntry("KPe.010", ("VENDOR",)),)
GATHERED = PaymentsGathered(run="R", payments=(GatheredPayment(payment="HANA.P1", end_to_end_id="HANA.P1"),))


def found(state, *events, terms=None):
    """The findings about events that one command wrote after a state."""
    at = {"effective_on": b.TODAY, "recorded_at": datetime(2026, 4, 1, tzinfo=UTC)}
    facts = journal.chained("production/HANA", Head(0, journal.GENESIS), events, actor="tae", command_key="k", **at)
    [batch] = batches(facts, [])
    return [str(finding) for finding in Controls(lambda _: terms or b.agreement(), lambda _: LISTED)(state, batch)]


def test_what_the_rules_made_is_found_right():
    owing = b.owing()
    assert found(owing, PROPOSED) == []
    proposed = held(owing, PROPOSED)
    assert found(b.after(owing, [PROPOSED]), *reviewed(b.after(owing, [PROPOSED]))) == []
    assert found(proposed, CONFIRMED) == []
    assert found(owing, FROZEN) == []


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (CONFIRMED.model_copy(update={"by": "sora"}), "was proposed by sora before"),
        (CONFIRMED.model_copy(update={"in_force_on": b.TODAY}), "has another cooling-off"),
        (CONFIRMED.model_copy(update={"called_on": b.TODAY - timedelta(days=1)}), "call-back was on another day"),
        (PROPOSED, "is not the next change"),
        (PaymentsFreed(payments=("HANA.P1",)), "still holds it"),
        (
            PaymentsGathered(run="R", payments=(GatheredPayment(payment="HANA.P1", end_to_end_id="HANA.P1"),)),
            "lets HANA",
        ),
    ],
)
def test_a_change_that_was_not_decided_by_the_rules_is_found(event, words):
    [finding] = found(held(b.owing(), PROPOSED), event)
    assert words in finding


def test_a_freeze_that_one_person_ended_and_a_payment_that_nobody_may_resume_are_found():
    frozen = held(b.owing(), FROZEN)
    lifted = UnfreezeApproved(party="vendor", reason="it was not so", by="tae", lifted=True)
    assert "whether a second person approved" in found(frozen, lifted)[0]
    assert "which nobody may" in found(frozen, PaymentResumed(payment="HANA.P1"))[0]
    stopped = StoppedPayment(payment="HANA.P1", cause="freeze/vendor", reason="vendor is frozen: a suspicion")
    assert "for what is not so" in found(b.owing(), PaymentsHeld(payments=(stopped,)))[0]


def test_a_release_above_a_limit_by_one_person_is_found():
    state, run = b.prepared(b.owing())
    sha256 = state.runs[run].sha256
    released = RunReleased(run=run, by="tae", sha256=sha256, on=b.TODAY)
    assert found(state, released) == []
    assert "one person released" in found(state, released, terms=LIMITED)[0]
    first = RunFirstReleased(run=run, by="yun", sha256=sha256, limits=("much",))
    assert found(b.after(state, [first]), released, terms=LIMITED) == []
    other = first.model_copy(update={"sha256": "0" * 64})
    assert "one person released" in found(b.after(state, [other]), released, terms=LIMITED)[0]
    late = released.model_copy(update={"on": b.TODAY + timedelta(days=1)})
    assert "is of another day" in found(state, late)[0]


def test_a_match_with_an_entry_that_its_list_lacks_and_a_clearance_by_one_person_are_found():
    matched, first, second = test_screening.EVENTS
    owing = b.owing()
    assert found(owing, matched) == []
    assert "is not in document" in found(owing, matched.model_copy(update={"entry_sha256": "0" * 64}))[0]
    assert "is not in document" in found(owing, matched.model_copy(update={"entry": "KPe.011"}))[0]
    like = b.after(owing, [matched])
    assert "whether a second person" in found(like, second.model_copy(update={"by": "tae"}))[0]
    assert found(b.after(like, [first]), second) == []
