"""No container engine runs here: the files are held to the rules of their formats that they rely on."""

import re
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from adapters.embedded.postgres import APP, AUDITOR, OWNER
from app.health.doctor import Examination
from app.health.metrics import Gauges
from app.settings import Settings
from domain.health import AilmentKind

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
INSTRUCTIONS = {"FROM", "RUN", "COPY", "ENV", "USER", "WORKDIR", "ENTRYPOINT", "CMD", "ARG", "LABEL", "VOLUME"}
SERVICE_KEYS = {
    "build", "image", "read_only", "tmpfs", "cap_drop", "security_opt", "restart", "environment", "secrets", "volumes",
    "networks", "healthcheck", "command", "depends_on", "entrypoint", "ports", "stop_grace_period",
}  # fmt: skip
OUR_OWN = ("worker", "migrate")


@pytest.fixture(scope="module")
def compose():
    return YAML(typ="safe").load(DEPLOY / "compose.yaml")


@pytest.fixture(scope="module")
def instructions():
    joined = re.sub(r"\\\n\s*", "", (DEPLOY / "Containerfile").read_text())
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def test_every_service_has_known_keys_and_something_to_run(compose):
    for name, service in compose["services"].items():
        assert set(service) <= SERVICE_KEYS, name
        assert "image" in service or "build" in service, name


def test_every_dependency_exists_and_can_meet_its_condition(compose):
    services = compose["services"]
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services, (name, needed)
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[needed], (name, needed)
            else:
                assert how["condition"] == "service_completed_successfully"
                assert services[needed].get("restart", "no") in {"no", "on-failure:5"}, (name, needed)


@pytest.mark.parametrize("kind", ["networks", "secrets"])
def test_every_network_and_secret_is_declared_and_used(compose, kind):
    used = {one for service in compose["services"].values() for one in service.get(kind, [])}
    assert used == set(compose[kind])


def test_every_mounted_file_exists_and_every_volume_is_declared(compose):
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = re.sub(r"\$\{.*?\}", "", volume).split(":")[0]
            if source.startswith("./"):
                assert (DEPLOY / source).is_file(), source
            elif source:
                assert source in compose["volumes"]


def test_every_setting_that_is_given_is_one(compose):
    known = {f"SLUICE_{name.upper()}" for name in Settings.model_fields} | {"SLUICE_CONFIG"}
    for name in OUR_OWN:
        service = compose["services"][name]
        assert set(service.get("environment", {})) <= known
        assert {secret.upper() for secret in service["secrets"]} <= known


def test_our_own_containers_can_write_nothing_and_gain_nothing(compose):
    for name in OUR_OWN:
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_worker_does_not_hold_the_role_that_owns_tables(compose):
    assert compose["services"]["worker"]["secrets"] == ["sluice_database_url", "sluice_payload_keys"]


def test_nothing_is_published_beyond_loopback(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_is_written_down():
    text = (DEPLOY / "compose.yaml").read_text()
    assert all(value.startswith("${") for value in re.findall(r"(?:PASSWORD|PWD): (.*)", text))


def test_the_container_file_has_known_instructions_and_copies_what_exists(instructions):
    assert {name for name, _ in instructions} <= INSTRUCTIONS
    for name, rest in instructions:
        if name == "COPY" and not rest.startswith("--from"):
            assert all((ROOT / source).exists() or source == "README.md" for source in rest.split()[:-1]), rest


def test_the_container_installs_by_hash_and_runs_as_nobody_special(instructions):
    installs = [rest for name, rest in instructions if name == "RUN" and "pip install" in rest]
    assert installs
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)
    assert [rest for name, rest in instructions if name == "USER"] == ["10001:10001"]


def test_the_database_has_the_same_roles_as_embedded():
    script = (DEPLOY / "postgres/10-roles.sh").read_text()
    assert set(re.findall(r"CREATE ROLE (\w+)", script)) == {OWNER, APP, AUDITOR}


@pytest.fixture(scope="module")
def alerts():
    (group,) = YAML(typ="safe").load(DEPLOY / "prometheus" / "alerts.yaml")["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def test_everything_that_the_doctor_finds_has_an_alert_and_no_alert_waits_for_what_never_comes(alerts):
    asked = [kind for rule in alerts.values() for kind in re.findall(r'kind="([a-z-]+)"', rule["expr"])]
    assert sorted(asked) == sorted(AilmentKind)


def test_alerts_ask_for_metrics_that_a_worker_serves(alerts):
    figures = Gauges()
    figures.take(Examination(payments={"due": 1}))
    served = {family.name for family in figures.collect()}
    for name, rule in alerts.items():
        asked = set(re.findall(r"sluice_[a-z_]+", rule["expr"]))
        assert asked, name
        assert asked <= served, name
        assert re.fullmatch(r"[0-9]+[mh]", rule["for"]), name
        assert rule["labels"]["severity"] in {"page", "ticket"}, name


def test_prometheus_scrapes_the_port_that_workers_serve_on(compose):
    scraped = YAML(typ="safe").load(DEPLOY / "prometheus" / "prometheus.yaml")["scrape_configs"][0]
    (source,) = scraped["dns_sd_configs"]
    worker = compose["services"]["worker"]
    assert source["names"] == ["worker"]
    assert worker["environment"]["SLUICE_METRICS_ADDRESS"] == f"0.0.0.0:{source['port']}"
    assert set(worker["networks"]) & set(compose["services"]["prometheus"]["networks"]) == {"metrics"}


@pytest.mark.parametrize("script", sorted(DEPLOY.rglob("*.sh")), ids=lambda path: path.name)
def test_every_script_parses(script):
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
