import asyncio
import json
import socket
import urllib.error
import urllib.request

import pytest
from temporalio.client import Client

from adapters.embedded.temporal import EmbeddedTemporal
from app.stack.supervisor import running


def port_nobody_has():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_client_can_use_its_namespace(temporal):
    assert temporal.answers()
    assert not temporal.has_poller("nobody-works-here")


def page(temporal, path, content_type, **headers):
    """What a page of another origin sends through a browser without asking first: a simple request."""
    body = json.dumps({"workflowType": {"name": "Production"}, "taskQueue": {"name": "q"}, "input": [{}]}).encode()
    more = {"Content-Type": content_type, "Origin": "http://elsewhere.example", **headers}
    url = f"http://{temporal.http}/api/v1/namespaces/{temporal.namespace}/{path}"
    return urllib.request.Request(url, body, more, method="POST")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json"])
@pytest.mark.parametrize("path", ["workflows/theirs", "workflows/theirs/update/approve", "workflows/theirs/signal/s"])
async def test_a_page_of_another_origin_starts_and_updates_nothing(temporal, path, content_type):
    for host in ({}, {"Host": "elsewhere.example"}, {"Host": "localhost"}):  # a page may come from any name
        with pytest.raises(urllib.error.HTTPError, match="403"):
            await asyncio.to_thread(urllib.request.urlopen, page(temporal, path, content_type, **host), timeout=5)
    client = await Client.connect(temporal.address, namespace=temporal.namespace)
    assert [each.id async for each in client.list_workflows("WorkflowId = 'theirs'")] == []


def test_it_has_no_page_for_browsers(temporal):
    assert "--headless" in temporal.launch().argv
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://{temporal.http}/", timeout=5)


def test_its_ports_are_kept(tmp_path):
    first = EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log").address
    assert EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log").address == first


def test_its_ports_are_none_that_the_system_gives_to_whoever_asks_for_any(tmp_path):
    server = EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log")
    server.prepare()
    ports = json.loads((server.folder / "ports.json").read_text())
    with socket.socket() as anybody:
        anybody.bind(("127.0.0.1", 0))
        assert max(ports) < 30_000 < anybody.getsockname()[1]


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


def test_its_namespace_is_its_own_and_kept(tmp_path):
    def called(name):
        return EmbeddedTemporal(tmp_path / name, tmp_path / "log").namespace

    assert called("one") == called("one") != called("other")


def test_a_folder_from_before_keeps_its_namespace(tmp_path):
    (tmp_path / "temporal").mkdir()
    (tmp_path / "temporal/temporal.db").touch()
    assert EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log").namespace == "default"


def test_the_server_of_another_folder_on_its_port_is_not_taken_for_it(tmp_path):
    robbed = EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log")
    robbed.prepare()
    port = int(robbed.address.rpartition(":")[2])
    robber = EmbeddedTemporal(tmp_path / "robber", tmp_path / "robber.log")
    robber.folder.mkdir()
    (robber.folder / "ports.json").write_text(json.dumps([port, port_nobody_has()]))
    with running(robber):
        assert robber.address == robbed.address
        assert robber.answers()
        assert not robbed.answers()
        assert not robbed.has_poller("nobody-works-here")


def test_a_port_that_is_taken_between_its_choice_and_the_start_is_chosen_anew(tmp_path):
    server = EmbeddedTemporal(tmp_path / "temporal", tmp_path / "log")
    chosen = server.address
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", int(chosen.rpartition(":")[2])))
        somebody.listen()
        with running(server):
            assert server.answers()
            assert server.address != chosen


async def test_the_time_skipping_server_starts(time_skipping):
    assert time_skipping.supports_time_skipping
