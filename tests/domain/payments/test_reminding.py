from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from domain.commands import RemindReceipt
from domain.errors import IllegalTransition, NotFound, WrongRole
from domain.identity import Person
from domain.payments.receipts import changed_by
from domain.payments.reminding import language_of, remind
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
LATER = b.TODAY + timedelta(days=12)


def reminded(state: State, receipt: str = "HANA.C1", person: Person = b.SORA, on: date = LATER, language=None):
    command = RemindReceipt(
        key="k", by=person.user, production="HANA", receipt=receipt, to="Mori, accounts payable", language=language
    )
    return remind(state.receipts, TERMS, command, person, on)


def test_a_reminder_says_what_is_outstanding_since_when_and_where_it_is_to_be_paid():
    state = b.owing()
    state.receipts["HANA.C1"] = changed_by(state.receipts["HANA.C1"], b.jpy(89_000_000), b.TODAY)
    [event] = reminded(state, language="en")
    assert (event.party, event.outstanding, event.days_late, event.by) == ("mori", b.jpy(1_000_000), 12, "sora")
    account = TERMS.account("spc-jpy")
    for words in ("JPY 1,000,000", str(b.TODAY), account.number, account.bank, "12 days late", "HANA.C1", "Mori Co"):
        assert words in event.text


@pytest.mark.parametrize(("party", "language"), [("mori", "ja"), ("vendor", "ko"), ("streamer", "en")])
def test_it_is_in_the_language_of_the_payer_s_country(party, language):
    assert language_of(TERMS, party) == language


def test_another_language_can_be_asked_for_and_is_recorded():
    [theirs], [korean] = reminded(b.owing()), reminded(b.owing(), language="ko")
    assert (theirs.language, "御中" in theirs.text) == (None, True)
    assert (korean.language, "수신" in korean.text) == ("ko", True)


def test_only_what_is_late_is_reminded_of():
    with pytest.raises(NotFound):
        reminded(b.owing(), "HANA.NONE")
    with pytest.raises(IllegalTransition, match="it is not late"):
        reminded(b.owing(), on=b.TODAY)
    with pytest.raises(IllegalTransition, match="without a due day"):
        reminded(b.owing(), "HANA.C2")
    state = b.owing()
    state.receipts["HANA.C1"] = changed_by(state.receipts["HANA.C1"], b.jpy(90_000_000), b.TODAY)
    with pytest.raises(IllegalTransition, match="received, with JPY 0 outstanding"):
        reminded(state)


def test_only_a_treasurer_of_the_account_s_owner_reminds():
    with pytest.raises(WrongRole):
        reminded(b.owing(), person=b.YUN)
    with pytest.raises(WrongRole):
        reminded(b.owing(), person=b.AOI)


def test_an_instalment_that_an_amendment_took_out_is_called_by_its_purpose():
    state = b.owing()
    state.receipts["HANA.C1"] = replace(state.receipts["HANA.C1"], instalment="GONE")
    [event] = reminded(state, language="en")
    assert "instalment GONE (contribution)" in event.text
