"""Logging: structlog formats every line, as JSON or for a console on stderr, and masks account numbers."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import Literal

import structlog

from domain.errors import UnknownCurrency
from domain.values.currency import exponent

_ACCOUNT_KEYS = frozenset({"number", "iban", "account_number", "debtor_account", "creditor_account"})
_ACCOUNT_NUMBER = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b|\d(?:[ -]?\d){7,}")
_AMOUNT = re.compile(r"\b([A-Z]{3}) -?\d+(?:\.\d+)?\b")
_HARMLESS = re.compile(
    r"(?<![\d-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d|-\d)"  # dates and instants
    r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d))?"
    r"|\b[A-Za-z][A-Za-z0-9-]{0,15}-\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])-(?=\d*[a-f])[0-9a-f]{10}\b"  # our orders
    r"|\b[0-9a-f]{64}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # hashes and Temporal's run ids
)
_HARMLESS_KEYS = frozenset({"timestamp", "level", "production", "payment", "workflow_id", "run_id"})
_TEMPORAL = ("temporal_workflow", "temporal_activity")
MASK = "***"


def configure(log_format: Literal["console", "json"] = "console", level: str = "info") -> None:
    """Send every log line of this process (ours, Temporal's, libraries') to stderr in one format, masked."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(_TEMPORAL), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _lift_temporal_ids,
                mask_account_numbers,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(level.upper() if level == "debug" else "WARNING")


def bound(**ids: str) -> AbstractContextManager[object]:
    """Add the ids of a production, payment or workflow to every line in the block."""
    return structlog.contextvars.bound_contextvars(**ids)


def mask_account_numbers(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Structlog processor: replace account numbers at any depth. They are found by key or by pattern."""
    for key, value in event.items():
        if key not in _HARMLESS_KEYS and not key.startswith("_"):
            event[key] = MASK if key.lower() in _ACCOUNT_KEYS and value is not None else _masked(value)
    return event


def _lift_temporal_ids(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    for details in (event.pop(name, None) for name in _TEMPORAL):
        if isinstance(details, Mapping):
            event.update({key: details[key] for key in ("workflow_id", "run_id", "activity_type") if key in details})
    return event


def _masked(value: object) -> object:
    if isinstance(value, str):
        return _masked_text(value)
    if isinstance(value, Mapping):
        return {k: MASK if str(k).lower() in _ACCOUNT_KEYS else _masked(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(item) for item in value]
    if value is None or isinstance(value, (bool, float)):
        return value
    text = str(value)
    masked = _masked_text(text)
    return value if masked == text else masked


def _masked_text(text: str) -> str:
    kept: list[str] = []

    def _keep(found: re.Match[str]) -> str:
        kept.append(found.group())
        return f"\0{len(kept) - 1}\0"

    def _keep_amount(found: re.Match[str]) -> str:
        return _keep(found) if _is_currency(found.group(1)) else found.group()

    harmless_kept = _AMOUNT.sub(_keep_amount, _HARMLESS.sub(_keep, text.replace("\0", "")))
    hidden = _ACCOUNT_NUMBER.sub(MASK, harmless_kept)
    return re.sub(r"\0(\d+)\0", lambda found: kept[int(found.group(1))], hidden)


def _is_currency(code: str) -> bool:
    try:
        exponent(code)
    except UnknownCurrency:
        return False
    return True
