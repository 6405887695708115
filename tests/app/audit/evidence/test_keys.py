"""The key that signs the heads of the journal."""

import stat

import pytest

from app.audit.evidence.keys import FILE_NAME, public_hex, signing_key
from app.settings import Settings
from tests.scarce import room_for


def test_the_embedded_stack_makes_its_key_once_for_itself_alone(tmp_path):
    settings = Settings(data=tmp_path)
    made = signing_key(settings)
    assert public_hex(signing_key(settings)) == public_hex(made)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_a_key_for_which_there_is_no_room_is_made_when_there_is(tmp_path):
    settings = Settings(data=tmp_path)
    with room_for(10), pytest.raises(OSError, match="large"):
        signing_key(settings)
    assert list(tmp_path.iterdir()) == []
    assert public_hex(signing_key(settings)) == public_hex(signing_key(settings))
