"""Settlements that others published come out of an agreement and facts alone."""

import json
import pathlib
from datetime import date
from fractions import Fraction

import pytest

from adapters.agreement.documents import load_agreement
from app.sharing.waterfall import as_json, run_files
from domain.agreement.schedule import amounts

CASES = pathlib.Path(__file__).parent / "published"


def runs():
    for expected in sorted(CASES.glob("*/expected.json")):
        case = json.loads(expected.read_text(encoding="utf-8"))
        for n, run in enumerate(case["runs"]):
            yield pytest.param(expected.parent, run, Fraction(case["tolerance"]), id=f"{expected.parent.name}-{n}")


def found(answer, path):
    if "+" in path:
        return sum(found(answer, one) for one in path.split("+"))
    for step in path.split("/"):
        answer = answer[int(step)] if isinstance(answer, list) else answer[step]
    if isinstance(answer, dict):
        answer = answer.get("entitlement", answer)["exact"]
    return answer if "-" in answer[1:] else Fraction(answer)


@pytest.mark.parametrize(("folder", "run", "tolerance"), list(runs()))
def test_a_published_settlement_is_reproduced(folder, run, tolerance):
    agreement = folder / run.get("agreement", "agreement.yaml")
    facts = [folder / name for name in run.get("facts", ["facts.yaml"])]
    answer = as_json(run_files(agreement, facts, date.fromisoformat(run["as_of"]), view=run.get("view")))
    schedule = load_agreement(agreement).agreement
    if schedule.schedule:
        answer["instalments"] = {name: str(each.decimal) for name, each in amounts(schedule).items()}
    for path, expected in run["expect"].items():
        value = found(answer, path)
        if isinstance(value, str):
            assert value == expected, path
        else:
            unit = Fraction(run.get("unit", "1"))
            assert abs(value / unit - Fraction(expected)) <= tolerance, (path, str(value / unit))


def test_every_case_ties_out():
    for folder in sorted(CASES.iterdir()):
        for agreement in folder.glob("*.yaml"):
            if agreement.name != "facts.yaml":
                facts = [*folder.glob("*.csv"), *folder.glob("facts.yaml")]
                balance = as_json(run_files(agreement, facts, date(2026, 12, 31)))["conservation"]
                assert all(one["ties_out"] for one in balance.values())
