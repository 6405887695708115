"""The keys that seal what goes through Temporal."""

import base64
import stat

import pytest

from app.payload_keys import FILE_NAME, payload_keys
from app.settings import BadSettings, Settings

OUTSIDE = {"database_url": "postgresql+psycopg://app@db/sluice"}
FIRST, SECOND = (base64.b64encode(bytes([n]) * 32) for n in (1, 2))


def kept(tmp_path, content, mode=0o600):
    file = tmp_path / "keys"
    file.write_bytes(content)
    file.chmod(mode)
    return Settings(data=tmp_path, payload_keys=file, **OUTSIDE)


def test_the_embedded_stack_makes_its_key_once_for_itself_alone(tmp_path):
    made = payload_keys(Settings(data=tmp_path))
    assert payload_keys(Settings(data=tmp_path)) == made
    assert len(made.by_id) == 1
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_each_folder_has_a_key_of_its_own(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = (payload_keys(Settings(data=tmp_path / name)) for name in ("one", "other"))
    assert not set(one.by_id) & set(other.by_id)


def test_the_first_line_seals_and_every_line_opens(tmp_path):
    one = payload_keys(kept(tmp_path, FIRST + b"\n"))
    both = payload_keys(kept(tmp_path, SECOND + b"\n\n" + FIRST))
    assert len(both.by_id) == 2
    assert list(both.by_id)[-1:] == list(one.by_id)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"not base64!\n", "line 1 is no key of 32 bytes in Base64"),
        (FIRST + b"\n" + base64.b64encode(bytes(16)), "line 2 is no key of 32 bytes in Base64"),
    ],
)
def test_a_file_without_a_key_is_refused(tmp_path, content, said):
    with pytest.raises(BadSettings, match=said):
        payload_keys(kept(tmp_path, content))


def test_a_file_that_others_can_read_is_refused(tmp_path):
    with pytest.raises(BadSettings, match="others can read"):
        payload_keys(kept(tmp_path, FIRST, 0o640))


def test_outside_servers_need_keys_that_are_named(tmp_path):
    with pytest.raises(BadSettings, match="payload_keys is not set: make a key with `openssl rand -base64 32 > FILE`"):
        payload_keys(Settings(data=tmp_path, **OUTSIDE))
    with pytest.raises(BadSettings, match="No such file"):
        payload_keys(Settings(data=tmp_path, payload_keys=tmp_path / "none", **OUTSIDE))
