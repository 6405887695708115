"""Plays scenes side by side, each in a process of its own, and puts their tallies together."""

import asyncio
import hashlib
import multiprocessing
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.faults.programme.scenes import planned, played
from tests.faults.programme.tally import Harm, Tally, merged


def said(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def run(seed: int, names: list[str], short: bool, lanes: int) -> dict[str, object]:
    """Play scenes, `lanes` at a time, each on a stack of its own."""
    plans = {name: planned(seed, name, short) for name in names}
    digest = hashlib.sha256(repr(sorted(plans.items())).encode()).hexdigest()
    begun, tallies, seconds = time.monotonic(), [], {}
    said(f"seed {seed}; the plan's SHA-256 is {digest[:16]}")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(lanes, mp_context=context, max_tasks_per_child=1) as pool:
        running = {pool.submit(one, seed, name, short): name for name in names}
        for future in as_completed(running):
            name = running[future]
            tally, seconds[name] = future.result()
            tallies.append(tally)
            total = tally.total
            said(f"{name:<28} {total.injected:>5} injected, {total.survived:>5} survived, {seconds[name]:>6.1f} s")
            for note in tally.notes:
                said(f"  {note}")
    whole = merged(tallies)
    return dict(
        whole.report(
            seed=seed,
            form="short" if short else "full",
            plan_sha256=digest,
            seconds=round(time.monotonic() - begun, 1),
            scene_seconds=seconds,
            harmless=whole.harmless,
        )
    )


def one(seed: int, name: str, short: bool) -> tuple[Tally, float]:
    """One scene; a scene that breaks down is itself a finding."""
    begun, tally = time.monotonic(), Tally()
    try:
        asyncio.run(played(seed, name, short, tally))
    except Exception:  # noqa: BLE001 - told in the report
        tally.add(name, 0, Harm(broken=[traceback.format_exc(limit=-4)]))
    return tally, round(time.monotonic() - begun, 1)
