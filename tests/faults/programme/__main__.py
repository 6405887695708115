"""Plays the fault programme and prints its report as the last thing on stdout; see the package."""

import argparse
import asyncio
import hashlib
import json
import multiprocessing
import secrets
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.faults.programme.scenes import SCENES, planned, played
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


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, help="another number is another plan; without it one is drawn")
    parser.add_argument("--short", action="store_true", help="a few faults of each kind, as in `make test`")
    parser.add_argument("--only", nargs="+", choices=list(SCENES), default=list(SCENES), help="scenes to play")
    parser.add_argument("--lanes", type=int, default=2, help="stacks at the same time")
    parser.add_argument("--plan", action="store_true", help="print what would be injected, and inject nothing")
    parser.add_argument("--report", type=Path, help="a file for the report, besides stdout")
    given = parser.parse_args()
    seed = secrets.randbelow(10**9) if given.seed is None else given.seed
    if given.plan:
        for name in given.only:
            for fault in planned(seed, name, given.short):
                print(f"{name}: {fault}")
        return 0
    report = run(seed, given.only, given.short, given.lanes)
    written = json.dumps(report, indent=2, ensure_ascii=False)
    if given.report:
        given.report.write_text(written + "\n", "utf-8")
    print(written)
    return 0 if report["harmless"] else 1


if __name__ == "__main__":
    sys.exit(main())
