"""`sluice audit` on an embedded stack, whose auditor it connects as without being told."""

import json

import psycopg

from app import cli
from app.stack.stack import EmbeddedStack
from tests.world import PRODUCTION, World


def test_a_replay_on_the_embedded_stack_reads_as_its_auditor_and_is_on_record(tmp_path, capsys):
    data = tmp_path / "data"
    with EmbeddedStack(data, programs=[]) as stack:
        world = World(stack.database_url, tmp_path)
        world.register()
        world.clock.to(world.clock.at.date().replace(month=2, day=14))
        world.send()
        world.take()
        world.close()
        capsys.readouterr()
        code = cli.execute(["audit", "replay", "--json", "--as", "suji", "--data", str(data)])
        told = json.loads(capsys.readouterr().out)
        with psycopg.connect(stack.owner_url.replace("+psycopg", "")) as owner:
            reads = owner.execute("SELECT role, who, why, production, documents FROM audit_read").fetchall()
    assert (code, told["holds"]) == (0, True)
    assert told["heads"][f"production/{PRODUCTION}"]["seq"] > 10
    assert sum(head["seq"] for head in told["heads"].values()) == told["events"]
    assert reads == [("sluice_auditor", "suji", "audit replay of the whole house", None, [])]
