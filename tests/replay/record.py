"""Records golden histories: `python -m tests.replay.record [--again] [SCENE …]`; by default the missing ones.

A change of workflow code that cannot replay these histories would break running workflows. `--again` adds another
history of a scene, for the new branch of a `workflow.patched` change. An old history may be deleted, and its scene
recorded again, only when no workflow of the old code is running any more.
"""

import argparse
import asyncio
import dataclasses
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from adapters.embedded.postgres import APP, OWNER, EmbeddedPostgres
from adapters.embedded.process import Launch, bundled_binary
from adapters.embedded.temporal import EmbeddedTemporal
from app.database import upgrade
from app.stack.supervisor import running
from app.worker.plugin import SluicePlugin
from app.worker.worker import WORKFLOWS
from tests.replay.scenes import SCENES, Played, Scene, run_doubted_and_found, run_lost_and_resent
from tests.replay.staged import IN_NO_TIME, LONG_LIVED, NOBODY, Stage, Staged
from tests.world import World

HISTORIES = Path(__file__).parent / "histories"
SHORT_AFTER = 20
"""Events after which the server of `LONG_LIVED` suggests to continue as new."""
PATIENCE_S = 120


class ShortHistories(EmbeddedTemporal):
    """A server that soon suggests to continue as new."""

    def launch(self) -> Launch:
        plain = super().launch()
        suggestion = ("--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={SHORT_AFTER}")
        return dataclasses.replace(plain, argv=(*plain.argv, *suggestion))


def named(play: Any) -> str:
    """A scene's name, as its file and its task queue have it."""
    name: str = play.__name__
    return name.replace("_", "-")


async def written(handle: WorkflowHandle) -> str:
    """A run's history as JSON that is easy to compare."""
    history = json.loads((await handle.fetch_history()).to_json())
    _refer(history["events"])
    return json.dumps(history, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


_ANSWERS = {
    "WORKFLOW_TASK_COMPLETED": ("startedEventId", "WORKFLOW_TASK_STARTED", "scheduledEventId"),
    "ACTIVITY_TASK_COMPLETED": ("startedEventId", "ACTIVITY_TASK_STARTED", "scheduledEventId"),
    "ACTIVITY_TASK_FAILED": ("startedEventId", "ACTIVITY_TASK_STARTED", "scheduledEventId"),
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED": ("acceptedEventId", "WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "id"),
}


def _refer(events: list[dict[str, Any]]) -> None:
    """Add references between events, which the time-skipping server omits or gets wrong."""
    latest: dict[tuple[str, str], str] = {}
    for event in events:
        kind = event["eventType"].removeprefix("EVENT_TYPE_")
        detail = next((value for name, value in event.items() if name.endswith("EventAttributes")), {})
        if kind in _ANSWERS:
            field, answered, by = _ANSWERS[kind]
            detail[field] = latest[answered, _named(detail, by)]
        for by in ("scheduledEventId", "id"):
            latest[kind, _named(detail, by)] = event["eventId"]


def _named(detail: dict[str, Any], by: str) -> str:
    """The link of an event to its request: the scheduling event, or the update's id."""
    if by == "id":
        asked = detail.get("acceptedRequest", detail)
        return str(asked.get("meta", {}).get("updateId", ""))
    return str(detail.get(by, ""))


async def record_scene(client: Client, play: Played, world: World) -> str:
    """Play a scene on the real parts. Returns its workflow's history as JSON."""
    scene = Scene(named(play), client, world, world.data)
    with ThreadPoolExecutor(8) as threads:
        async with Worker(
            client,
            task_queue=scene.name,
            identity=NOBODY,
            workflows=WORKFLOWS,
            activities=scene.services.activities(),
            activity_executor=threads,
        ):
            told = await written(await play(scene))
    async for workflow in client.list_workflows("ExecutionStatus='Running'"):
        await client.get_workflow_handle(workflow.id, run_id=workflow.run_id).terminate("the scene is over")
    return told


async def real(plays: list[Played], postgres: EmbeddedPostgres, address: str, folder: Path) -> AsyncIterator[Any]:
    client = await Client.connect(address, identity=NOBODY, plugins=[SluicePlugin()])
    for play in plays:
        database = play.__name__
        postgres.create_database(database, template="template_sluice")
        silent = play in {run_doubted_and_found, run_lost_and_resent}
        world = World(postgres.url(APP, database), folder / database, answer_within_s=1 if silent else 600)
        yield play, await asyncio.wait_for(record_scene(client, play, world), PATIENCE_S)
        world.close()


async def staged(plays: list[Staged], client: Client, sleep: Any) -> AsyncIterator[Any]:
    for play in plays:
        handle = await asyncio.wait_for(play(Stage(named(play), client, sleep)), PATIENCE_S)
        yield play, await written(handle)


@asynccontextmanager
async def in_no_time() -> AsyncIterator[WorkflowEnvironment]:
    """A new time-skipping server for each scene, because its clock only goes forward."""
    binary = bundled_binary("temporal-test-server")
    async with await WorkflowEnvironment.start_time_skipping(
        identity=NOBODY, plugins=[SluicePlugin()], test_server_existing_path=str(binary)
    ) as environment:
        yield environment


async def main(wanted: set[str], again: bool) -> None:
    """Record the given scenes; by default every scene without a history."""
    HISTORIES.mkdir(exist_ok=True)
    scenes = [play for play in SCENES if _is_due(named(play), wanted)]
    quick, long_lived = ([play for play in plays if _is_due(named(play), wanted)] for plays in (IN_NO_TIME, LONG_LIVED))
    unknown = wanted - {named(play) for play in (*SCENES, *IN_NO_TIME, *LONG_LIVED)}
    if unknown:
        raise SystemExit(f"error: there is no scene {', '.join(sorted(unknown))}")
    for play in quick:
        async with in_no_time() as environment:
            async for found in staged([play], environment.client, environment.sleep):
                keep(*found, again=again)
    with tempfile.TemporaryDirectory() as home:
        if long_lived:
            short = ShortHistories(Path(home) / "short", Path(home) / "short.log")
            with running(short):
                client = await Client.connect(short.address, identity=NOBODY, plugins=[SluicePlugin()])
                async for found in staged(long_lived, client, _sleep):
                    keep(*found, again=again)
        if scenes:
            temporal = EmbeddedTemporal(Path(home) / "temporal", Path(home) / "temporal.log")
            with running(temporal), database(Path(home)) as postgres:
                async for found in real(scenes, postgres, temporal.address, Path(home)):
                    keep(*found, again=again)


def _is_due(name: str, wanted: set[str]) -> bool:
    return name in wanted if wanted else not (HISTORIES / f"{name}.json").exists()


async def _sleep(duration: timedelta) -> None:
    await asyncio.sleep(duration.total_seconds())


def keep(play: Any, told: str, *, again: bool) -> None:
    """Write a history: over its scene's, or beside it."""
    number, file = 2, HISTORIES / f"{named(play)}.json"
    while again and file.exists():
        number, file = number + 1, HISTORIES / f"{named(play)}.{number}.json"
    file.write_text(told, "utf-8")
    print(f"recorded {file.name}")  # noqa: T201 - a script


@contextmanager
def database(home: Path) -> Iterator[EmbeddedPostgres]:
    """PostgreSQL with a migrated template."""
    postgres = EmbeddedPostgres(home / "postgres", home / "postgres.log")
    with running(postgres):
        postgres.create_database("template_sluice")
        upgrade(postgres.url(OWNER, "template_sluice"))
        yield postgres
        postgres.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.replay.record", description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="SCENE")
    parser.add_argument("--again", action="store_true", help="beside the history that is there, not over it")
    given = parser.parse_args()
    asyncio.run(main(set(given.scenes), given.again))
