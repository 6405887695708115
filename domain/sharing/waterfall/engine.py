"""Runs facts through a network: exact, cumulative, in date order.

While no guard changes, every variable grows in proportion to the receipts of each kind. So receipts are processed in
batches: as long as no line can reach zero, only the sums by kind matter. Otherwise the batch is halved, down to a
single receipt, which is split at the exact rational amount. The cost of a run depends on its changes (conditions,
costs, days with interest), not on its number of rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from domain.calendar.dates import DAY
from domain.sharing.waterfall.batching import Trajectory, safe_batch
from domain.sharing.waterfall.claims import ClaimBook
from domain.sharing.waterfall.entry import Entries
from domain.sharing.waterfall.facts import FactKind, Facts, ReceiptGroup, WaterfallFact, ordered, part_of
from domain.sharing.waterfall.flow import FlowLine, Spread
from domain.sharing.waterfall.flows import Flows, Taken
from domain.sharing.waterfall.linear import ZERO, now
from domain.sharing.waterfall.merging import merged
from domain.sharing.waterfall.modes import about_to_hold
from domain.sharing.waterfall.network import Network, Place, ReceiptKind, leaves, variables
from domain.sharing.waterfall.openings import opened
from domain.sharing.waterfall.order import Ranks, compared, other_orders, sorting
from domain.sharing.waterfall.outcome import CountMattered, Crossing, RunOutcome, Slice
from domain.sharing.waterfall.remembered import Remembered
from domain.sharing.waterfall.rules import Rules

_RELEASED = ReceiptKind(("", "", "", "", ""))
"""The kind of a released reserve. It enters the pool it was set aside for, and matches no condition on kinds."""

Saved = tuple[dict[str, Fraction], Fraction, tuple[Crossing, ...], dict[str, int]]
"""What receipts change of a run: the state, the sum received, the crossings, and the steps of cliffs."""


class Engine:
    """A run of one network. `trace` receives every slice, and makes the run process receipts one by one."""

    def __init__(
        self,
        network: Network,
        entries: Entries,
        start: RunOutcome | None = None,
        trace: Callable[[Slice], None] | None = None,
        rules: Rules = Rules.FOURTH,
        within_a_day: Ranks | None = None,
    ) -> None:
        self._rules = rules
        self._within_a_day = within_a_day
        self._network = network
        self._entries = entries
        self._trace = trace
        self._claims = ClaimBook(network)
        self._outcome = RunOutcome({}, self._claims)
        self._state = self._outcome.state
        self._flows = Flows(network, self._state)
        self._taken: list[Taken] = []
        self._places = {place.id: place for basin in network.basins for place in basin.places}
        self._cliffs = [place for place in self._places.values() if place.cliff is not None]
        days = sorted(name for name in variables(network) if name.startswith("day:"))
        self._days = {name: date.fromisoformat(name.removeprefix("day:")) for name in days}
        self._memory = Remembered(network, self._state)
        self._agenda: dict[date, list[WaterfallFact]] = {}
        self._steps: dict[str, int] = {}
        self._today = date.min
        if start is not None:
            self._continue_from(start)
        held = {place.id: place.held for place in self._places.values() if place.held is not None}
        self._outcome.reserves.under(held, (basin.id for basin in network.basins), self._state)

    def _continue_from(self, start: RunOutcome) -> None:
        self._state.update(start.state)
        self._outcome.received, self._outcome.returns = start.received, start.returns
        self._outcome.opened, self._outcome.reserves = start.opened, start.reserves.copied()
        self._outcome.crossings = list(start.crossings)
        self._outcome.orders, self._outcome.counted = list(start.orders), list(start.counted)
        self._claims.continue_from(start.claims)
        self._set_days(start.claims.day or date.min)
        self._memory.figures.work_out()
        for place in self._cliffs:
            self._steps[place.id] = self._step_in_force(place)

    def run(
        self, facts: Facts, since: date, as_of: date, watched: Mapping[date, Callable[[RunOutcome], None]] | None = None
    ) -> RunOutcome:
        """Run up to and including `as_of`. Fixed claims start on `since` unless they name a day.

        `watched` has callbacks by day. Each gets the outcome at the end of its day, equal to that of a run up to the
        day.

        Raises:
            CannotShare: a receipt enters no pool, or several; conditions contradict each other.
        """
        facts = facts.until(as_of)
        everything = (*self._outcome.returns, *facts.receipts)
        rows = ordered(everything)
        self._outcome.returns = tuple(each for each in rows if each.amount < 0)
        unpaid = [
            WaterfallFact(FactKind.METRIC, each.on, *one) for each in rows if not each.amount for one in each.counts
        ]
        rows = merged(
            [each for each in rows if each.amount > 0],
            self._routing_key if self._within_a_day is None else _itself,
            sorting(everything, self._within_a_day),
            singly=self._trace is not None,
        )
        for claim_id, on, amount in self._claims.fixed(since):
            self._agenda.setdefault(on, []).append(WaterfallFact(FactKind.OPENING, on, claim_id, amount))
        for fact in (*facts.others, *unpaid):
            self._agenda.setdefault(fact.on, []).append(fact)
        watched = {day: show for day, show in (watched or {}).items() if day <= as_of}
        stops = self._stops(rows, since, as_of, watched)
        at = 0
        for n, day in enumerate(stops):
            self._begin_day(day)
            end = len(rows) if n + 1 == len(stops) else _first_index_on(rows, stops[n + 1], at)
            self._process(rows[at:end])
            at = end
            if day in watched:
                self._flows.settle()
                watched[day](self._outcome)
        self._flows.settle()
        return self._outcome

    def _stops(self, rows: Sequence[ReceiptGroup], since: date, end: date, watched: Iterable[date]) -> list[date]:
        """The days on which something other than a receipt happens, or interest is computed.

        A continued run skips the days that were processed before, so that no reserve is booked or released twice.
        """
        days = {min([since, end, *(each.on for each in rows[:1])]), end}
        days |= set(self._agenda) | set(self._days.values())
        days |= {stop for day in watched for stop in (day, day + DAY)}
        interest = self._claims.bears_interest_until
        if interest is not None:
            days |= {each.on for each in rows if each.on <= interest} | self._claims.edges
        first = min(days)
        days |= set(self._memory.first_days(first, end))
        days |= set(self._outcome.reserves.period_starts(first, end))
        begun = self._claims.day or date.min
        return sorted(day for day in days if begun < day <= end)

    def _routing_key(self, kind: ReceiptKind) -> tuple[object, ...]:
        """A key that is equal for kinds of receipt with the same entry pool and positions."""
        conditional = (place for place in self._places.values() if place.only or place.excluding)
        return self._entries.pool_of(kind), *(place.concerns(kind) for place in conditional)

    # The beginning of a day

    def _begin_day(self, day: date) -> None:
        self._today = day
        self._flows.settle()
        if self._claims.day is None or day > self._claims.day:
            self._memory.begin(day)
        self._claims.to_day(day, self._state)
        facts = self._agenda.pop(day, ())
        for fact in facts:
            self._apply_fact(fact)
        self._notice_counts(day, facts)
        if any(fact.kind is FactKind.OPENING for fact in facts):
            self._memory.open(day, within_spans=self._rules >= Rules.FIFTH)
        self._set_days(day)
        self._flows.look_again()
        for claim_id in self._network.dues:
            self._state[f"claim:{claim_id}"] = self._claims.total(claim_id)
        self._after_flow()
        self._book_reserves(day)

    def _notice_counts(self, day: date, facts: Sequence[WaterfallFact]) -> None:
        """Record which conditions a day's counts met, of those that come as facts of their own."""
        sums: dict[str, Fraction] = {}
        for fact in (fact for fact in facts if fact.kind is FactKind.METRIC):
            sums[f"metric:{fact.name}"] = sums.get(f"metric:{fact.name}", ZERO) + fact.amount
        for line in self._flows.lines if sums else ():
            height_now = line.at(self._state)
            if (height_now - line.slope(sums) < 0) != (height_now < 0):
                self._outcome.counted.append(CountMattered(day, self._network.labels.get(line, ())))

    def _set_days(self, day: date) -> None:
        for name, on in self._days.items():
            if on <= day:
                self._state[name] = Fraction(1)

    def _apply_fact(self, fact: WaterfallFact) -> None:
        match fact.kind:
            case FactKind.COST | FactKind.ADVANCE:
                for claim_id in self._claims.of_fact(fact.kind, fact.name):
                    self._claims.add(claim_id, fact.on, fact.amount)
            case FactKind.METRIC:
                self._flows.increase(f"metric:{fact.name}", fact.amount)
            case FactKind.OPENING:
                self._apply_opening(fact)

    def _apply_opening(self, fact: WaterfallFact) -> None:
        """Apply an opening balance of a pool, position (or `position.n`, one of its group), claim or party."""
        if fact.name in self._network.dues:
            self._claims.add(fact.name, fact.on, fact.amount)
            return
        names, parties, position = opened(self._network, fact.name, self._rules)
        for name in names:
            self._flows.increase(name, fact.amount)
        amounts = {party: sign * fact.amount for party, sign in parties.items()}
        for party, amount in amounts.items():
            self._flows.increase(f"to:{party}", amount)
        total = sum(amounts.values(), ZERO)
        if self._rules >= Rules.FIFTH:
            self._outcome.opened += total
        else:
            self._outcome.received += total
        if amounts:
            self._trace_other(fact.on, "opening balance", "", position, amounts)

    def _trace_other(self, on: date, what: str, pool: str, position: str | None, amounts: dict[str, Fraction]) -> None:
        """Report to the trace what no receipt brought."""
        if self._trace is not None:
            lines = [
                FlowLine(pool, position, what, amount, party, is_pool=False, amount=amount)
                for party, amount in amounts.items()
            ]
            receipt = ReceiptGroup(on, _RELEASED, Fraction(1), what)
            self._trace(Slice(receipt, Fraction(1), pool, Spread({}, lines)))

    def _book_reserves(self, day: date) -> None:
        """Book what was held in an ended period, and release what has been held long enough."""

        def enter(name: str, amount: Fraction, pool: str) -> None:
            """Let a released reserve enter its pool."""
            self._flows.increase(f"released:{name}", amount)
            self._process_one(ReceiptGroup(day, _RELEASED, amount, f"released:{name}"), pool)

        self._outcome.reserves.book(day, self._state)
        self._outcome.reserves.release(day, enter)

    def _after_flow(self) -> None:
        """Work figures out, and apply lasting events and cliffs whose conditions now hold."""
        if not (self._memory.changes or self._cliffs):
            return
        self._flows.settle()
        if self._memory.notice(lambda when: now(when, self._state)):
            self._flows.look_again()
        self._apply_cliffs()

    def _event_is_next(self, heights: Sequence[Fraction], trajectory: Trajectory) -> bool:
        """Whether the next unit flows by other rates: a lasting event happens, or a figure is rounded up, with it."""
        self._flows.settle()
        by_line = dict(zip(self._flows.lines, heights, strict=True))
        if not self._memory.notice(lambda when: about_to_hold(when, by_line, trajectory.spread)):
            return False
        self._flows.look_again()
        return True

    def _apply_cliffs(self) -> None:
        """Apply cliffs. A changed step applies to everything so far: the difference is credited and charged at once."""
        for place in self._cliffs:
            step = self._step_in_force(place)
            before = self._steps.setdefault(place.id, step)
            if step == before:
                continue
            self._steps[place.id] = step
            _, rate, base = place.steps[step]
            entitled = rate * base.at(self._state) if base is not None else ZERO
            difference = entitled - self._state.get(f"took:{place.id}", ZERO)
            leaf = next(leaves(place.recipient))
            for name in (f"took:{place.id}", leaf.key, f"to:{leaf.to}"):
                self._flows.increase(name, difference)
            self._flows.increase(f"to:{place.cliff}", -difference)
            self._flows.increase(f"charged:{place.id}", difference)
            bearer = place.cliff or ""
            amounts = {leaf.to: difference, bearer: -difference}
            self._trace_other(self._today, "difference made by the step", "", place.id, amounts)

    def _step_in_force(self, place: Place) -> int:
        """The index of the step in force."""
        return next(n for n, (guard, _, _) in enumerate(place.steps) if now(guard, self._state))

    # Receipts

    def _process(self, rows: Sequence[ReceiptGroup]) -> None:
        """Take the receipts between two stops. From `Rules.FIFTH` on, a day on which guards change is taken whole."""
        at = 0
        while at < len(rows):
            self._today = rows[at].on
            sums, end = ({}, at) if self._trace else safe_batch(rows, at, self._flows.heights(), self._trajectory)
            if self._rules >= Rules.FIFTH and self._trace is None and end < len(rows):
                for row in rows[(start := _first_index_on(rows, rows[end].on, at)) : end]:
                    sums[row.kind] -= row.amount
                end = start
            if end > at:
                self._take_batch(sums)
            elif self._rules >= Rules.FIFTH and self._trace is None:
                end = _first_index_on(rows, rows[at].on + DAY, at)
                self._take_day(rows[at:end])
            else:
                end = at + 1
                self._take_one(rows[at])
            at = end

    def _take_batch(self, sums: Mapping[ReceiptKind, Fraction | int]) -> None:
        for kind, amount in sums.items():
            if amount:
                self._flows.flow(self._trajectory(kind), amount)
                self._outcome.received += amount
        self._after_flow()

    def _take_one(self, row: ReceiptGroup) -> None:
        self._outcome.received += row.amount
        self._process_one(row, self._entries.pool_of(row.kind))

    def _trajectory(self, kind: ReceiptKind) -> Trajectory:
        return self._flows.trajectory(kind, self._entries.pool_of(kind), self._today)

    def _take_day(self, rows: Sequence[ReceiptGroup]) -> None:
        """Take one day's receipts. Where they are not independent, find whether their order matters."""
        jumps = bool(self._flows.weights_move or self._cliffs or self._memory.jumps)
        before = self._saved() if jumps else None
        received, crossings = self._outcome.received, tuple(self._outcome.crossings)
        self._flows.crossed = self._flows.may_cross(rows, [self._entries.pool_of(row.kind) for row in rows])
        self._taken.clear()
        for row in rows:
            self._take_one(row)
        if len({row.kind for row in rows}) == 1 or (not jumps and self._flows.are_independent(self._taken)):
            return
        after, others = self._saved(), []
        before = before or (self._flows.without(self._taken), received, crossings, dict(self._steps))
        for other in other_orders(rows):
            self._restore(before)
            for row in other:
                self._take_one(row)
            others.append(self._saved()[0])
        self._restore(after)
        mattered = compared(rows, self._state, others)
        if mattered is not None:
            self._outcome.orders.append(mattered)

    def _saved(self) -> Saved:
        self._flows.settle()
        return dict(self._state), self._outcome.received, tuple(self._outcome.crossings), dict(self._steps)

    def _restore(self, saved: Saved) -> None:
        state, self._outcome.received, crossings, steps = saved
        self._outcome.crossings[:], self._steps = crossings, dict(steps)
        self._flows.restore(state)

    def _process_one(self, receipt: ReceiptGroup, entry: str) -> None:
        """Process one receipt, split at every threshold that it reaches."""
        left = Fraction(receipt.amount)
        while left > 0:
            heights = self._flows.heights()
            counts = part_of(receipt.counts, 1, receipt.amount)
            trajectory = self._flows.trajectory(receipt.kind, entry, self._today, counts)
            if self._memory.changes_with_next and self._event_is_next(heights, trajectory):
                continue
            distances = {
                n: -heights[n] / slope
                for n, slope in trajectory.slopes
                if heights[n] and (heights[n] > 0) != (slope > 0)
            }
            step = min([left, *distances.values()])
            self._flows.flow(trajectory, step)
            self._taken.append(((receipt.kind, entry), trajectory, step))
            left -= step
            if self._trace:
                self._trace(Slice(receipt, step, entry, trajectory.spread))
            crossed = [self._flows.lines[n] for n, distance in distances.items() if distance == step]
            labels = tuple(label for line in crossed for label in self._network.labels.get(line, ()))
            if labels:
                at = self._flows.value(f"in:{entry}")
                part = receipt.amount - left
                self._outcome.crossings.append(Crossing(labels, receipt.on, receipt.kind, entry, at, part))
            self._after_flow()


def _first_index_on(rows: Sequence[ReceiptGroup], day: date, at: int) -> int:
    while at < len(rows) and rows[at].on < day:
        at += 1
    return at


def _itself(kind: ReceiptKind) -> ReceiptKind:
    return kind
