"""Compiles a waterfall's records to a network. The records must have passed the checks."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from domain.errors import BadInput
from domain.sharing.waterfall import phrases, trees
from domain.sharing.waterfall.figures import Formula, LookUp, Product, Quotient, Scale, UnitCount, WaterfallFigure
from domain.sharing.waterfall.flow_order import in_flow_order
from domain.sharing.waterfall.linear import (
    ALWAYS,
    EARLIER,
    FIGURE,
    Atom,
    Curve,
    Extreme,
    Guard,
    Joint,
    Linear,
    atoms_of,
    both,
    negated,
    plus,
    positive,
    times,
    unsigned,
)
from domain.sharing.waterfall.model import (
    Assignment,
    Claim,
    Group,
    Member,
    Pool,
    Position,
    Recipient,
    Waterfall,
)
from domain.sharing.waterfall.network import (
    Basin,
    CompiledClaim,
    Leaf,
    Network,
    Node,
    Place,
    Split,
    Take,
    selector,
)
from domain.values.money import Money
from domain.values.rounding import Rounding


def compile_network(waterfall: Waterfall, parties: Iterable[str]) -> Network:
    """The network of a waterfall among parties.

    Raises:
        Circular: pools feed each other.
        BadInput: a phrase or a name is wrong, which the checks exclude.
    """
    return _Compiler(waterfall, tuple(parties)).network()


class _Compiler:
    def __init__(self, waterfall: Waterfall, parties: tuple[str, ...]) -> None:
        self._waterfall = waterfall
        self._parties = parties
        self._claims = {claim.id: claim for claim in waterfall.claims}
        self._events = {event.id: phrases.condition(event.when) for event in waterfall.events}
        self._lasting = {event.id for event in waterfall.events if event.stays}
        self._assigned = _by_party(waterfall.assignments)
        self._pools = {pool.id for pool in waterfall.pools} | set(self._assigned)
        self._kinds = self._names()
        self._tables = {table.id: table for table in waterfall.tables}
        self._figures: dict[Formula, WaterfallFigure] = {}
        self._labels: dict[Linear, list[str]] = {}
        self._paid: dict[str, list[str]] = {claim: [] for claim in self._claims}

    def _names(self) -> dict[str, str]:
        named = dict.fromkeys(self._parties, "to") | dict.fromkeys(self._waterfall.metrics, "metric")
        named |= dict.fromkeys(self._claims, "claim") | dict.fromkeys(self._pools, "in")
        named |= dict.fromkeys((table.id for table in self._waterfall.tables), "table")
        named |= {one.id: "took" for one in self._waterfall.positions}
        return named | {one.id: "took" for one in self._waterfall.assignments}

    def network(self) -> Network:
        """Compile everything. Recoupments come first, because a claim's guard depends on all of them."""
        for pool in self._waterfall.pools:
            for position in pool.positions:
                self._count_recoupment(position)
        for assignment in self._waterfall.assignments:
            self._count_recoupment(assignment)
        basins = [self._basin(pool) for pool in self._waterfall.pools]
        basins += [self._assignment_basin(party, directed) for party, directed in self._assigned.items()]
        dues = {claim.id: self._due(claim) for claim in self._waterfall.claims}
        events = {name: self._guard(tree) for name, tree in self._events.items()}
        stays = {event.id: events[event.id] for event in self._waterfall.events if event.stays}
        events |= {name: Joint(every=False, of=(_since(f"event:{name}"), when)) for name, when in stays.items()}
        for name, guard in events.items():
            self._label(guard, f"event {name}: {self._event_phrase(name)}")
        watched = tuple(self._figures.values())
        charges = {
            charge.id: (charge.of, charge.to, self.curve(phrases.sum_of(charge.amount)), self.when(charge.once))
            for charge in self._waterfall.charges
        }
        labels = {line: tuple(dict.fromkeys(words)) for line, words in self._labels.items()}
        figures = (*watched, *(replace(one, steps=()) for one in [*self._figures.values()][len(watched) :]))
        return Network(in_flow_order(basins), dues, events, labels, self._parties, charges, stays, figures)

    def _event_phrase(self, name: str) -> str:
        return next(event.when for event in self._waterfall.events if event.id == name)

    def _count_recoupment(self, position: Position | Assignment) -> None:
        if position.recoups is not None:
            self._paid[position.recoups].append(f"took:{position.id}")
        if isinstance(position.to, Group):
            for key, member in members(position.id, position.to):
                if member.recoups is not None:
                    self._paid[member.recoups] += [f"leaf:{leaf}" for leaf in _leaf_keys(key, member)]

    # Positions

    def _basin(self, pool: Pool) -> Basin:
        places = tuple(self._place(position) for position in pool.positions)
        assert pool.residue is not None  # noqa: S101 - the checks require it
        residue = self._node(f"{pool.id}.residue", pool.residue)
        return Basin(pool.id, places, residue, pool.deficit)

    def _assignment_basin(self, party: str, directed: list[Assignment]) -> Basin:
        """A party's entitlement as a pool from which its assignments take."""
        places = []
        for one in directed:
            position = Position(**one.model_dump(exclude={"of"}))
            places.append(self._place(position))
        return Basin(party, tuple(places), Leaf(f"leaf:{party}.residue", party, is_pool=False), None)

    def _place(self, position: Position) -> Place:
        assert position.to is not None  # noqa: S101 - the checks require it
        took = Linear.of(f"took:{position.id}")
        whole = both(
            self._labelled(self.when(position.once), f"{position.id} once {position.once}"),
            self._labelled(negated(self.when(position.until)), f"{position.id} until {position.until}")
            if position.until
            else ALWAYS,
            self._limits(took, position, position.id),
        )
        written = self._shares(position)
        step_guards = [self._labelled(self.when(once), f"{position.id} once {once}") for once, _ in written[1:]]
        takes = []
        steps = []
        for n, (_, phrase) in enumerate(written):
            share = phrases.share(phrase)
            fixed = self._up_to(took, share.fixed) if share.fixed else ALWAYS
            own_step = step_guards[n - 1] if n else ALWAYS
            guard = both(
                whole, self._labelled(fixed, f"{position.id} up to {phrase}"), own_step, *map(negated, step_guards[n:])
            )
            base = self._base(share.base)
            takes.append(Take(f"take:{position.id}.{n}", phrase, guard, share.rate, base))
            steps.append((both(own_step, *map(negated, step_guards[n:])), share.rate, base))
        return Place(
            position.id,
            tuple(takes),
            self._node(position.id, position.to),
            selector(position.only, self._waterfall.words) if position.only else None,
            selector(position.excluding, self._waterfall.words) if position.excluding else None,
            position.held_for,
            position.borne_by if position.change == "cliff" else None,
            tuple(steps) if position.change == "cliff" else (),
        )

    def _shares(self, position: Position) -> list[tuple[str | None, str]]:
        """The shares of a position: the condition of each (None of the first), and the phrase."""
        table = phrases.share(position.take).table
        if table is not None:
            return self._tables[table].shares
        return [(None, position.take), *((step.once, step.take) for step in position.then)]

    def _base(self, written: trees.Sum | None) -> Linear | None:
        if written is None:
            return None
        base = self.curve(written)
        if isinstance(base, Extreme):
            raise BadInput("the base of a share must be a plain sum, not the greater or lesser of several.")
        return base

    def _limits(self, took: Linear, of: Position | Member, label: str) -> Guard:
        limit: Guard = ALWAYS
        if of.up_to is not None:
            limit = self._labelled(self._up_to(took, phrases.sum_of(of.up_to)), f"{label} up to {of.up_to}")
        if of.recoups is None:
            return limit
        return both(limit, self._labelled(self._open(of.recoups), f"{of.recoups} is recouped"))

    def _up_to(self, took: Linear, most: trees.Sum | Money) -> Guard:
        curve = self.curve(trees.Constant(most) if isinstance(most, Money) else most)
        return positive(plus(curve, took.times(Fraction(-1))), closed=False)

    # Recipients

    def _node(self, key: str, to: Recipient, guard: Guard = ALWAYS, outstanding: Curve | None = None) -> Node:
        if isinstance(to, str):
            return Leaf(f"leaf:{key}", to, to in self._pools, guard, outstanding)
        nodes = []
        for n, member in enumerate(to.among):
            below = f"{key}.{n + 1}"
            limit = guard
            owed = outstanding
            if member.recoups is not None or member.up_to is not None:
                took = _all_of(f"leaf:{leaf}" for leaf in _leaf_keys(below, member))
                limit = both(guard, self._limits(took, member, below))
                owed = self._owed(member, took)
            nodes.append(self._node(below, member.to, limit, owed))
        weights = tuple(Fraction(member.weight or "1") for member in to.among)
        return Split(to.share, tuple(nodes), weights, to.unused == "others")

    def _owed(self, member: Member, took: Linear) -> Curve:
        if member.recoups is not None:
            return plus(self._most(member.recoups), self._paid_of(member.recoups).times(Fraction(-1)))
        return plus(self.curve(phrases.sum_of(member.up_to or "")), took.times(Fraction(-1)))

    # Claims

    def _paid_of(self, claim_id: str) -> Linear:
        paid_by = self._claims[claim_id].paid_by
        if paid_by is not None:
            curve = self.curve(phrases.sum_of(paid_by))
            if isinstance(curve, Linear):
                return curve
            raise BadInput("what reduces a claim must be a plain sum, not the greater or lesser of several.")
        return _all_of(self._paid[claim_id])

    def _most(self, claim_id: str) -> Curve:
        cap = self._claims[claim_id].cap
        whole = Linear.of(f"claim:{claim_id}")
        return whole if cap is None else Extreme(greatest=False, of=(whole, self.curve(phrases.sum_of(cap))))

    def _open(self, claim_id: str) -> Guard:
        return positive(plus(self._most(claim_id), self._paid_of(claim_id).times(Fraction(-1))), closed=False)

    def _due(self, claim: Claim) -> CompiledClaim:
        cap = self.curve(phrases.sum_of(claim.cap)) if claim.cap else None
        return CompiledClaim(claim, self._paid_of(claim.id), cap, self._open(claim.id))

    # Phrases

    def when(self, phrase: str | None) -> Guard:
        """The guard of a condition. No condition always holds."""
        return ALWAYS if phrase is None else self._guard(phrases.condition(phrase))

    def _guard(self, tree: trees.Condition) -> Guard:
        match tree:
            case trees.Joined(every, of):
                return Joint(every, tuple(self._guard(each) for each in of))
            case trees.Not(of):
                return negated(self._guard(of))
            case trees.Since(day):
                return _since(f"day:{day}")
            case trees.Happened(event):
                return _since(f"event:{event}") if event in self._lasting else self._guard(self._events[event])
            case trees.Recouped(claim):
                return negated(self._open(claim))
        difference = plus(self.curve(tree.left), times(self.curve(tree.right), Fraction(-1)))
        return positive(difference, closed=not tree.strict)

    def curve(self, tree: trees.Sum) -> Curve:
        """A sum as a curve, in minor units or in a metric's unit."""
        match tree:
            case trees.Constant(value):
                return Linear((), Fraction(value.minor) if isinstance(value, Money) else value)
            case trees.Scaled(factor, of):
                return times(self.curve(of), _number(factor))
            case trees.Best(greater, several):
                return Extreme(greater, tuple(self.curve(each) for each in several))
            case trees.Added(terms):
                total: Curve = Linear()
                for term in terms:
                    total = plus(total, self.curve(term))
                return total
            case trees.Name():
                return self._named(tree)
        return self._worked_out(tree)

    def _worked_out(self, tree: trees.Full | trees.Divided | trees.Multiplied | trees.Rounded) -> Curve:  # noqa: PLR0911
        """A sum that is no line, by the variable of its figure; a line where its numbers are fixed."""
        of = self.curve(tree.of)
        match tree:
            case trees.Full(unit, _):
                return self._figure(UnitCount(of, Rounding(_number(unit), "down"), counted=True), f"each full {unit}")
            case trees.Rounded(_, to):
                rule = to.rule
                if isinstance(of, Linear) and not of.terms:
                    return Linear((), rule.of(of.constant))
                return times(self._figure(UnitCount(of, rule), f"rounded {to.direction} to {to.unit}"), rule.unit)
            case trees.Divided(_, by, otherwise):
                divisor = self.curve(by)
                if isinstance(divisor, Linear) and not divisor.terms and divisor.constant:
                    return times(of, 1 / divisor.constant)
                return self._figure(Quotient(of, divisor, self.curve(otherwise) if otherwise else Linear()))
            case trees.Multiplied(factor, _):
                number = self.curve(factor)
                if isinstance(number, Linear) and not number.terms:
                    return times(of, number.constant)
                if isinstance(of, Linear) and not of.terms:
                    return times(number, of.constant)
                return self._figure(Product(number, of))

    def _table(self, name: str) -> Curve:
        table = self._tables[name]
        of = self.curve(phrases.sum_of(table.of))
        if table.is_share:
            parts = (phrases.part(step.take or "") for step in table.steps)
            return self._figure(Scale(of, tuple(zip(table.thresholds, parts, strict=True))))
        amounts = [
            Fraction(amount.minor) for step in table.steps for amount in (step.adds, step.makes) if amount is not None
        ]
        rows = tuple(zip(table.thresholds, amounts, strict=True))
        return self._figure(LookUp(of, rows, table.steps[0].makes is not None), f"table {name}")

    def _figure(self, formula: Formula, label: str = "") -> Linear:
        """The variable of a figure. Figures stand in order: each after those that it uses."""
        if formula not in self._figures:
            name = f"{FIGURE}{hashlib.sha256(repr(formula).encode()).hexdigest()[:16]}"
            steps = formula.steps(name) if isinstance(formula, UnitCount | LookUp) else ()
            self._figures[formula] = WaterfallFigure(name, formula, steps)
            for guard in steps:
                self._label(guard, label)
        return Linear.of(self._figures[formula].name)

    def _named(self, one: trees.Name) -> Curve:
        kind = "left" if one.left else self._kinds[one.name]
        if kind == "claim":
            return self._most(one.name)
        if kind == "table":
            return self._table(one.name)
        variable = f"{kind}:{one.name}"
        earlier = Linear.of(f"{EARLIER}{one.this}:{variable}").times(Fraction(-1)) if one.this else Linear()
        return Linear.of(variable) + earlier

    def _labelled(self, guard: Guard, label: str) -> Guard:
        self._label(guard, label)
        return guard

    def _label(self, guard: Guard, label: str) -> None:
        for atom in atoms_of(guard):
            self._labels.setdefault(unsigned(atom.line), []).append(label)


def _number(value: Money | Fraction) -> Fraction:
    return Fraction(value.minor) if isinstance(value, Money) else value


def members(key: str, group: Group) -> Iterator[tuple[str, Member]]:
    """Every member of a group and its nested groups, with its key."""
    for n, member in enumerate(group.among):
        below = f"{key}.{n + 1}"
        yield below, member
        if isinstance(member.to, Group):
            yield from members(below, member.to)


def _leaf_keys(key: str, member: Member) -> list[str]:
    if isinstance(member.to, str):
        return [key]
    return [below for below, inner in members(key, member.to) if isinstance(inner.to, str)]


def _since(variable: str) -> Guard:
    """The guard that a 0/1 variable has become 1."""
    return Atom(Linear.of(variable) + Linear((), Fraction(-1, 2)), closed=False)


def _all_of(names: Iterable[str]) -> Linear:
    total = Linear()
    for name in names:
        total += Linear.of(name)
    return total


def _by_party(assignments: tuple[Assignment, ...]) -> dict[str, list[Assignment]]:
    found: dict[str, list[Assignment]] = {}
    for assignment in assignments:
        found.setdefault(assignment.of, []).append(assignment)
    return found
