"""Each benchmark runs and says what it measured; how fast is not a test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("bench", "arguments", "figures"),
    [
        (
            "payments",
            ("--payments", "20", "--bare", "10"),
            {"payments_per_s", "bare_workflow_per_s", "ratio_to_bare", "ratio_to_copy", "phases_s"},
        ),
        (
            "ledger",
            ("--commands", "40", "--batches", "2", "--seconds", "1", "--scale", "1"),
            {"hot_clients_1", "cold_clients_20", "batched_clients_1", "verified"},
        ),
        ("replay", ("--events", "1600"), {"events_per_s_goal", "events_1600", "one_stream"}),
        ("lists", ("--rows", "300", "--commands-at", "300"), {"page_ms_300", "cpu_s", "cpu_s_of_300_rows"}),
    ],
)
def test_a_benchmark_prints_one_json_object(bench, arguments, figures):
    run = subprocess.run(
        [sys.executable, "-m", f"bench.{bench}", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    said = json.loads(run.stdout)
    assert said.keys() >= figures
    assert not [name for name, right in proofs(said) if not right]


def proofs(figures):
    """What a benchmark says of whether its records are as they should be, wherever it says so."""
    for name, value in figures.items():
        if name in {"verified", "holds", "ties_out"}:
            yield name, value
        for part in [value] if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from proofs(part) if isinstance(part, dict) else ()
