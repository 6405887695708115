"""How long activities may take, and how they are retried. Every activity call names one of these."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class Options(TypedDict):
    """The options that every activity call is given."""

    start_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy


HEARTBEAT = timedelta(seconds=10)
"""After how long without a sign of its worker an activity is given to another one; workers give signs by themselves."""

TRANSACTION = Options(
    start_to_close_timeout=timedelta(minutes=2),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=30)
    ),
)
"""One database transaction. It is idempotent, and the database comes back: retried until it does, at most half a minute
apart; refusals are not retried at all."""

DECISION = Options(
    start_to_close_timeout=timedelta(seconds=30),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=8),
)
"""The same while a person waits for the answer: given up after about a minute, so that they hear of it."""

SWEEP = Options(
    start_to_close_timeout=timedelta(hours=1),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1), maximum_attempts=10),
)
"""A look at everything that has ended. What it got done stays done when it is cut off; the next hour's tries again."""

REMINDER = timedelta(hours=24)
"""How often a workflow that waits looks again at what the database says, in case news of it was lost."""
