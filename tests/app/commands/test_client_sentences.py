import asyncio

import pytest

from app.commands.client import CommandClient
from domain.commands import (
    ApproveMilestone,
    RejectMilestone,
)
from domain.errors import BadInput

NOBODY_ASKED = None  # what does not fit is said before any server is asked


@pytest.mark.parametrize(
    ("user", "reason", "about"),
    [
        ("kenta", "", "The reason is empty"),
        ("kenta", "x" * 501, "The reason is empty or too long"),
        ("Kim Sora", "no", "A user's name"),
        ("", "no", "A user's name"),
        ("k" * 65, "no", "A user's name"),
    ],
)
def test_a_wish_that_does_not_fit_is_told_in_a_sentence_and_not_as_a_bug(user, reason, about):
    as_user = CommandClient(NOBODY_ASKED, user)
    with pytest.raises(BadInput, match=about):
        asyncio.run(as_user.send(RejectMilestone, production="HANA", milestone="lock", round=1, reason=reason))


def test_a_name_that_makes_no_key_is_told_in_a_sentence():
    with pytest.raises(BadInput, match="A name that was given"):
        asyncio.run(
            CommandClient(NOBODY_ASKED, "kenta").send(
                ApproveMilestone, production="HANA", milestone="rough cut", round=1
            )
        )


def test_people_are_called_by_their_names_in_their_own_script():
    command = ApproveMilestone(key="approve/HANA/lock/1/소라", by="소라", production="HANA", milestone="lock", round=1)
    assert command.by == "소라"
