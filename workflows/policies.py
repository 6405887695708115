"""Timeouts and retry policies. Every activity call names one of them."""

from dataclasses import replace
from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class Options(TypedDict):
    """The options of every activity call."""

    start_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy


HEARTBEAT = timedelta(seconds=10)
"""Without a heartbeat for this long, an activity goes to another worker. Workers send heartbeats by themselves."""

TRANSACTION = Options(
    start_to_close_timeout=timedelta(minutes=2),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=30)
    ),
)
"""One idempotent database transaction. It is retried until the database is back, at most half a minute apart.

Refusals are not retried.
"""

PAYING_OUT = Options(
    start_to_close_timeout=TRANSACTION["start_to_close_timeout"],
    heartbeat_timeout=HEARTBEAT,
    retry_policy=replace(TRANSACTION["retry_policy"], non_retryable_error_types=["RateMissing"]),
)
"""A transaction that may need a rate. It is not retried until that is imported: the import sends the news."""

DECISION = Options(
    start_to_close_timeout=timedelta(seconds=30),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=8),
)
"""One transaction while a person waits for the answer. It fails after about a minute."""

SWEEP = Options(
    start_to_close_timeout=timedelta(hours=1),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1), maximum_attempts=10),
)
"""A sweep of everything that has ended. A cut-off sweep keeps what it has done, and the next hour's continues."""

REMINDER = timedelta(hours=24)
"""How often a waiting workflow reads the database again, in case a signal was lost."""
