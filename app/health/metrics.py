"""Serves the doctor's figures to Prometheus on the worker's address. `deploy/prometheus/` has alerts."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.bootstrap import Services
from app.health.doctor import Examination, examine
from domain.health import AilmentKind

REFRESH_S = 30.0
"""Highest age of the figures in seconds. A refresh costs a few queries, and one to Temporal per running workflow."""

_PAUSE = 10
"""The pause after an examination, as a multiple of its duration."""

log = structlog.get_logger()


class Gauges(Collector):
    """The figures of the last examination. A scrape queries nothing, so it may come often."""

    def __init__(self) -> None:
        self._found = Examination()
        self._at: float | None = None
        self._well = False

    def take(self, found: Examination | None) -> None:
        """Show a new examination. None means that it failed: the figures stay and are marked old."""
        self._well = found is not None
        if found is not None:
            self._found, self._at = found, time.time()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield the figures in Prometheus's form."""
        yield _gauge("sluice_doctor_up", "Whether the last examination could be made.", float(self._well))
        if self._at is None:
            return
        yield _gauge("sluice_doctor_last_success_timestamp_seconds", "When the figures were read.", self._at)
        counts = Counter((one.kind, one.wrong) for one in self._found.ailments)
        ailments = GaugeMetricFamily("sluice_ailments", "What somebody should look at.", labels=["kind", "wrong"])
        for kind in AilmentKind:
            for wrong in (True, False):
                ailments.add_metric([kind.value, str(wrong).lower()], counts[kind, wrong])
        yield ailments
        payments = GaugeMetricFamily("sluice_payments", "Payments by where they are in their lives.", labels=["status"])
        for status, count in self._found.payments.items():
            payments.add_metric([status], count)
        yield payments
        yield _gauge("sluice_outbox_waiting", "Things that wait in the outbox.", self._found.outbox_waiting)
        yield _gauge("sluice_outbox_oldest_seconds", "Age of the oldest of them.", self._found.outbox_oldest_s)
        yield _gauge("sluice_workflows_running", "Workflows that run.", self._found.running)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


@contextmanager
def served(address: str, figures: Gauges) -> Iterator[int]:
    """Serve /metrics on `host:port` during the block, and yield the port. Port 0 picks a free one.

    Raises:
        OSError: the address is taken, or not local.
    """
    host, _, port = address.rpartition(":")
    registry = CollectorRegistry()
    registry.register(figures)
    server, thread = start_http_server(int(port), host, registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@asynccontextmanager
async def measured(services: Services) -> AsyncIterator[None]:
    """Serve metrics during the block if the settings give an address.

    Raises:
        OSError: the address is taken, or not local.
    """
    if services.settings.metrics_address is None:
        yield
        return
    figures = Gauges()
    with served(services.settings.metrics_address, figures):
        log.info("metrics.served", address=services.settings.metrics_address)
        fresh = asyncio.create_task(keep_fresh(services, figures))
        try:
            yield
        finally:
            fresh.cancel()
            await asyncio.gather(fresh, return_exceptions=True)


async def keep_fresh(services: Services, figures: Gauges, every_s: float = REFRESH_S) -> None:
    """Examine repeatedly until cancelled. A failure is logged once and shown as `sluice_doctor_up 0`.

    Pauses grow with the duration of an examination.
    """
    reported = ""
    while True:
        begun = time.monotonic()
        try:
            figures.take(await examine(services))
            reported = ""
        except Exception as error:
            figures.take(None)
            if str(error) != reported:
                log.exception("metrics.trouble", retry_every_s=every_s)
            reported = str(error)
        await asyncio.sleep(max(every_s, _PAUSE * (time.monotonic() - begun)))
