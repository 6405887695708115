import json
import socket

from adapters.embedded.temporal import EmbeddedTemporal


def test_a_client_can_use_its_namespace(temporal):
    assert temporal.answers()
    assert not temporal.has_poller("nobody-works-here")


def test_its_ports_are_kept(tmp_path):
    first = EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log").address
    assert EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log").address == first


def test_a_port_that_somebody_took_is_chosen_anew(tmp_path):
    (tmp_path / "temporal").mkdir()
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        taken = somebody.getsockname()[1]
        (tmp_path / "temporal/ports.json").write_text(json.dumps([taken, taken + 1]))
        assert EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log").address != f"127.0.0.1:{taken}"


def test_ports_that_a_full_disk_left_half_written_are_chosen_anew(tmp_path):
    (tmp_path / "temporal").mkdir()
    for half in ("", "[512", "[51234]", '"no ports"'):
        (tmp_path / "temporal/ports.json").write_text(half)
        chosen = EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log").address
        assert EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log").address == chosen


async def test_the_time_skipping_server_starts(time_skipping):
    assert time_skipping.supports_time_skipping
