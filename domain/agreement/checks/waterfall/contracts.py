"""Views, charges, assignments and minimum payouts make sense."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.interest import interest
from domain.agreement.checks.waterfall.names import HERE, Vocabulary
from domain.sharing.waterfall.model import (
    Change,
    Claim,
    Position,
    View,
    Waterfall,
)


def contracts(section: Waterfall, known: Vocabulary) -> Iterator[AgreementFinding]:
    """Parties that contract with themselves, duplicates, and changes that change nothing."""
    for n, charge in enumerate(section.charges):
        if charge.of == charge.to:
            sentence = f"{charge.of!r} cannot owe itself: name another party."
            yield AgreementFinding((*HERE, "charges", n, "to"), "oneself", sentence)
    for n, one in enumerate(section.assignments):
        if one.of == one.to:
            yield AgreementFinding(
                (*HERE, "assignments", n, "to"), "oneself", f"{one.of!r} assigns to itself: name another."
            )
    seen: set[str] = set()
    for n, rule in enumerate(section.minimum_payouts):
        path: Path = (*HERE, "minimum_payouts", n)
        if rule.amount.minor <= 0:
            yield AgreementFinding(
                (*path, "amount"), "not-positive", f"{rule.amount} is no minimum: write more than nothing."
            )
        if rule.to in seen:
            yield AgreementFinding((*path, "to"), "duplicate", f"{rule.to!r} has a minimum already: keep one.")
        seen.add(rule.to)
    multiple = section.payouts_in_multiples_of
    if multiple is not None and multiple.minor <= 0:
        sentence = f"{multiple} has no multiples: write more than nothing, such as KRW 10."
        yield AgreementFinding((*HERE, "payouts_in_multiples_of"), "not-positive", sentence)
    yield from _views(section, known)


def _views(section: Waterfall, known: Vocabulary) -> Iterator[AgreementFinding]:
    seen: set[str] = set()
    for n, view in enumerate(section.views):
        path: Path = (*HERE, "views", n)
        if view.of == view.borne_by:
            sentence = f"{view.of!r} cannot bear what its own definition makes: name another."
            yield AgreementFinding((*path, "borne_by"), "oneself", sentence)
        if view.of in seen:
            yield AgreementFinding(
                (*path, "of"), "duplicate", f"{view.of!r} has a view already: put all changes into one."
            )
        seen.add(view.of)
        yield from _changes(path, view, known)


def _changes(path: Path, view: View, known: Vocabulary) -> Iterator[AgreementFinding]:
    changed: set[str] = set()
    for m, change in enumerate(view.changes):
        inside = (*path, "changes", m)
        if change.id in changed:
            yield AgreementFinding((*inside, "id"), "duplicate", f"{change.id!r} is changed already: put all into one.")
        changed.add(change.id)
        if change.interest is not None:
            yield from interest((*inside, "interest"), change.id, change.interest)
        kind = known.kinds.get(change.id)
        fields = set((Claim if kind == "claim" else Position).model_fields) if kind in {"claim", "position"} else None
        given = _given(change)
        if not given and not change.leave_out:
            yield AgreementFinding(
                inside, "no-change", f"this changes nothing of {change.id!r}: say what is otherwise."
            )
        for name in given:
            if fields is not None and name not in fields:
                yield AgreementFinding((*inside, name), "no-such-field", f"a {kind} has no `{name}`: take it away.")
        if change.leave_out and (kind == "claim" or given):
            sentence = "only a position is left out, and then nothing else of it is changed: correct this."
            yield AgreementFinding((*inside, "leave_out"), "no-such-field", sentence)


def _given(change: Change) -> list[str]:
    return [
        name for name in Change.model_fields if name not in {"id", "leave_out"} and getattr(change, name) is not None
    ]
