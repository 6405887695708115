"""The story of a payment in doubt has what was asked about its earlier attempts, and nothing of other payments."""

from domain import events as e
from domain.audit.relevance import PaymentStory, RelatedObjects
from domain.audit.sentences import sentence
from tests.domain import builders as b

GATHERED = e.PaymentsGathered(run="R1", payments=(e.GatheredPayment(payment="HANA.P1", end_to_end_id="HANA.P1"),))
CORRECTED = e.PaymentCorrected(payment="HANA.P1", reason="new account")
ENQUIRY = e.RunDoubted(run="R1", enquiry_message_id="E1", file=b.FILE)
ENDED = e.DoubtsEnded(
    run="R1",
    message_id="S3",
    silent_on=b.TODAY,
    payments=(e.EndedDoubt(payment="HANA.P1", end_to_end_id="HANA.P1"),),
)


def rejected(name, may_book_on):
    line = e.RejectedPayment(payment=name, reason="AC04", words=None, may_book_on=may_book_on)
    return e.PaymentsRejected(run="R1", message_id="S1", payments=(line,))


def told(*events):
    story = PaymentStory("HANA.P1", RelatedObjects(runs={"R1": "spc-krw"}))
    return [event for event in events if story.covers(event)]


def test_an_enquiry_about_an_attempt_in_doubt_is_told_after_its_payment_has_left_the_run():
    life = [GATHERED, rejected("HANA.P1", b.TODAY), CORRECTED, ENQUIRY, ENDED]
    assert told(*life, ENQUIRY) == life


def test_an_enquiry_about_others_of_the_run_is_not_told_after_a_payment_has_left_it():
    life = [GATHERED, rejected("HANA.P1", None), CORRECTED]
    assert told(*life, rejected("HANA.P2", b.TODAY), ENQUIRY) == life


def test_doubt_is_told_in_words():
    doubted = e.PaymentsDoubted(
        run="R1",
        message_id="S1",
        execution_on=b.TODAY,
        why="duplicate",
        payments=(e.DoubtedPayment(payment="HANA.P1", end_to_end_id="HANA.P1", reason="DU01", words="a copy"),),
    )
    assert told(GATHERED, doubted, CORRECTED, ENQUIRY) == [GATHERED, doubted, CORRECTED, ENQUIRY]
    assert sentence(doubted, "HANA.P1") == (
        "the bank refused it as a duplicate (DU01 a copy): it may still book HANA.P1"
    )
    assert sentence(ENDED, "HANA.P1") == (
        "the bank will not book HANA.P1 any more: its statement of 2026-04-01 lacks it"
    )
