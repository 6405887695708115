"""Plays scenes in parallel, each in its own process, and merges their tallies."""

import hashlib
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

from tests.faults.programme.lanes import Lane
from tests.faults.programme.scenes import planned
from tests.faults.programme.tally import Harm, Tally, merged

BOUND_S = 900.0
"""The limit for one scene: the time that all of them together take on two cores."""
_LOOK_EVERY_S = 0.5

Report = dict[str, Any]


def said(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def run(
    seed: int,
    names: list[str],
    short: bool,
    lanes: int,
    so_far: Callable[[Report], None] = lambda _: None,
    bound_s: float = BOUND_S,
) -> Report:
    """Play scenes on stacks of their own, `lanes` at a time. `so_far` gets the report after each.

    KeyboardInterrupt ends everything that was started. The report then has what was known.
    """
    programme = _Programme(seed, names, short)
    try:
        while programme.goes_on(lanes):
            for lane in programme.over(bound_s):
                programme.take(lane, bound_s)
                so_far(programme.report())
    except KeyboardInterrupt:
        said("interrupted: all that runs is being ended")
        programme.interrupted = True
    finally:
        programme.end()
    return programme.report()


class _Programme:
    """The scenes that wait, the scenes in play, and the results of the others."""

    def __init__(self, seed: int, names: list[str], short: bool) -> None:
        self._seed, self._names, self._short = seed, names, short
        plans = {name: planned(seed, name, short) for name in names}
        self._digest = hashlib.sha256(repr(sorted(plans.items())).encode()).hexdigest()
        self._begun, self._to_come = time.monotonic(), list(names)
        self._playing: list[Lane] = []
        self._tallies: list[Tally] = []
        self._seconds: dict[str, float] = {}
        self.interrupted = False
        said(f"seed {seed}; the plan's SHA-256 is {self._digest[:16]}")

    def goes_on(self, lanes: int) -> bool:
        """Start the next scenes while lanes are free. Returns whether any scene is in play."""
        while self._to_come and len(self._playing) < lanes:
            self._playing.append(Lane(self._seed, self._to_come.pop(0), self._short))
            said(f"playing {' and '.join(lane.name for lane in self._playing)}; {len(self._to_come)} scenes to come")
        return bool(self._playing)

    def over(self, bound_s: float) -> list[Lane]:
        """Return the lanes that have a result, or are over time."""
        told = wait([lane.telling for lane in self._playing], _LOOK_EVERY_S)
        return [lane for lane in self._playing if lane.telling in told or lane.seconds > bound_s]

    def take(self, lane: Lane, bound_s: float) -> None:
        """Take a scene's result and end the scene."""
        name, seconds = lane.name, lane.seconds
        stuck = not lane.telling.poll()
        if stuck:
            lane.interrupt()
        tally = lane.told()
        harm = Harm(stuck=[f"it was not over after {bound_s:.0f} s"] if stuck else [])
        if tally is None:
            tally, harm.broken = Tally(), ["its process told nothing"]
        if harm:
            tally.add(name, 0, harm)
        self._tallies.append(tally)
        self._seconds[name] = seconds
        lane.end()
        self._playing.remove(lane)
        total = tally.total
        said(f"{name:<28} {total.injected:>5} injected, {total.survived:>5} survived, {seconds:>6.1f} s")
        for note in tally.notes:
            said(f"  {note}")

    def end(self) -> None:
        """End the scenes in play. Their results so far count."""
        for lane in self._playing:
            lane.interrupt()
        for lane in self._playing:
            if lane.name not in self._seconds:
                self._tallies.append(lane.told() or Tally())
            lane.end()
        self._playing.clear()

    def report(self) -> Report:
        whole = merged(self._tallies)
        left = sorted(set(self._names) - set(self._seconds))
        head = {"seed": self._seed, "form": "short" if self._short else "full", "plan_sha256": self._digest}
        told = {"seconds": round(time.monotonic() - self._begun, 1), "scene_seconds": self._seconds, "not_played": left}
        return dict(whole.report(**head, **told, interrupted=self.interrupted, harmless=whole.harmless and not left))
