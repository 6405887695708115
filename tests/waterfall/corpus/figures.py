"""What each engine finds in published settlements, in the examples and in made-up deals, as committed.

    python -m tests.waterfall.corpus.figures

writes the file of an engine that has none yet. One that is there is never written again: distributions on record rest
on these figures.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path

from app.sharing.waterfall import facts_of, last_day, versions
from domain.sharing.entitlements import reserves_of, shares_of
from domain.sharing.waterfall.engines import ENGINES
from domain.values.money import Money
from tests.waterfall.corpus import made

FOLDER = Path(__file__).parent
PUBLISHED = FOLDER.parent / "published"
EXAMPLES = FOLDER.parents[2] / "examples" / "waterfalls"


def published():
    """Name, versions, facts, last day and view of settlements that others published, and of the examples."""
    for expected in sorted(PUBLISHED.glob("*/expected.json")):
        folder = expected.parent
        for n, one in enumerate(json.loads(expected.read_text("utf-8"))["runs"]):
            agreement = folder / one.get("agreement", "agreement.yaml")
            facts = facts_of(agreement, [folder / name for name in one.get("facts", ["facts.yaml"])])
            yield f"{folder.name}-{n}", versions(agreement), facts, date.fromisoformat(one["as_of"]), one.get("view")
    for agreement in sorted(EXAMPLES.glob("*.yaml")):
        for file in sorted(EXAMPLES.glob(f"{agreement.stem}-facts.*")):
            facts = facts_of(agreement, [file])
            yield agreement.stem, versions(agreement), facts, last_day(facts), None


def made_up():
    """The same of deals from seeds."""
    return ((name, chain, facts, as_of, None) for name, chain, facts, as_of in made.runs())


@cache
def results(run, *sources):
    """What an engine's run finds, with the version in force, by name; engines that share their run share this."""
    given = (one for source in sources for one in source())
    return {name: (run(chain, facts, as_of, view), chain[-1]) for name, chain, facts, as_of, view in given}


def figures(engine, *sources):
    """By the name of a run: the engine's fingerprint of it, what each party has, and a hash of all other figures."""
    return {name: _figures(engine, *found) for name, found in results(engine.run, *(sources or ALL)).items()}


def _figures(engine, result, last):
    everything = {name: getattr(result, name) for name in _FIGURES}
    everything["crossings"] = [(one.on, one.kind, one.pool, one.at, one.part) for one in result.crossings]
    everything["shares"] = {" ".join(key): exact for key, exact in shares_of(result, last).items()}
    everything["reserves"] = reserves_of(result, last)
    return {
        "fingerprint": engine.fingerprint(result),
        "parties": {party: str(exact) for party, exact in result.parties.items() if exact},
        "everything": hashlib.sha256(json.dumps(_plain(everything), sort_keys=True).encode()).hexdigest()[:16],
    }


_FIGURES = (
    *("currency", "as_of", "parties", "positions", "recipients", "inflow", "residue", "deficits", "held", "claims"),
    *("events", "charges", "views", "payable", "conservation", "calendar", "cliffs", "releases"),
)
"""All of a result but how crossings are labelled. What a later engine finds besides is in the corpus of that engine."""


def _plain(value):
    if is_dataclass(value) and not isinstance(value, Money):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else str(value)


ALL = (published, made_up)


def committed(number):
    """The figures of an engine as they were when it was released; None if there are none."""
    file = FOLDER / f"{number}.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else None


def write_missing():
    """Write the figures of engines that have none; the files written."""
    written = []
    for number in ENGINES.numbers:
        file = FOLDER / f"{number}.json"
        if not file.exists():
            found = figures(ENGINES.of(number, file.name))
            lines = [f"{json.dumps(name)}: {json.dumps(one, separators=(',', ':'))}" for name, one in found.items()]
            file.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
            written.append(file)
    return written


if __name__ == "__main__":
    print("\n".join(map(str, write_missing())) or "every engine has its figures")  # noqa: T201
