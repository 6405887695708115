"""Plays the fault programme; its report is all that it writes to stdout, also when interrupted; see the package."""

import argparse
import json
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import TextIO

from tests.faults.programme.director import Report, run
from tests.faults.programme.lanes import interrupt_once
from tests.faults.programme.scenes import SCENES, planned


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

    def keep(report: Report) -> None:
        """Write the current report, in case the programme is killed."""
        if given.report:
            given.report.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")

    interrupt_once()
    stdout = for_the_report_alone()
    report = run(seed, given.only, given.short, given.lanes, keep)
    written = json.dumps(report, indent=2, ensure_ascii=False)
    print(written, file=stdout, flush=True)
    if report["interrupted"]:
        keep(report)
        return 128 + signal.SIGINT
    return 0 if report["harmless"] else 1


def for_the_report_alone() -> TextIO:
    """Return the original stdout. Later output of libraries and scene processes goes to stderr."""
    stdout = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stdout


if __name__ == "__main__":
    sys.exit(main())
