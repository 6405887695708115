import pytest

from app.endpoints import endpoints
from app.settings import BadSettings, Settings
from app.stack.state import NotUp

OUTSIDE = "postgresql+psycopg://app@db/sluice"


@pytest.fixture(autouse=True)
def no_profile(monkeypatch, tmp_path):
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))


def test_embedded_without_a_stack_says_how_to_start_one(tmp_path):
    with pytest.raises(NotUp, match=f"sluice up --data {tmp_path}"):
        endpoints(Settings(data=tmp_path))


def test_an_outside_temporal_is_taken_from_the_settings():
    settings = Settings(database_url=OUTSIDE, temporal_address="temporal:7233", temporal_namespace="money")
    found = endpoints(settings)
    assert found.database_url == OUTSIDE
    assert found.temporal == {"target_host": "temporal:7233", "namespace": "money"}


def test_temporals_own_profile_brings_address_and_key(tmp_path):
    (tmp_path / "temporal.toml").write_text(
        '[profile.prod]\naddress = "cloud:7233"\nnamespace = "sluice.a1"\napi_key = "key"\n'
    )
    found = endpoints(Settings(database_url=OUTSIDE, temporal_profile="prod")).temporal
    assert (found["target_host"], found["namespace"], found["api_key"]) == ("cloud:7233", "sluice.a1", "key")
    assert found["tls"]


def test_a_profile_that_does_not_exist_is_one_sentence():
    with pytest.raises(BadSettings, match="nosuch"):
        endpoints(Settings(database_url=OUTSIDE, temporal_profile="nosuch"))
