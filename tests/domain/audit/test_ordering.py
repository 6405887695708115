"""When views can have been read: every possible order is explained, and an impossible view is reported."""

from dataclasses import dataclass, field, replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.audit.ordering import Activity, misfits


@dataclass
class UnderWay:
    """A running activity and its progress."""

    requested: int
    command: str | None
    transacted: bool = False
    view: int | None = None


@dataclass
class Life:
    """A journal of a thing with few states, and a workflow run whose commands on it come in any order."""

    random: Random
    states: list[int] = field(default_factory=lambda: [0])
    """The thing's state after each event; the first is before any."""
    records: dict[str, tuple[int, int]] = field(default_factory=dict)
    history: list[tuple[UnderWay, int, bool]] = field(default_factory=list)
    under_way: list[UnderWay] = field(default_factory=list)
    event: int = 0

    def lived(self):
        for _ in range(self.random.randint(0, 4)):
            self.somebody_else() if self.random.random() < 0.5 else self.record(self.a_command())
        for _ in range(self.random.randint(5, 40)):
            self.random.choice((self.somebody_else, self.ask, self.go_on, self.go_on, self.go_on))()
        self.history += [(each, 0, False) for each in self.under_way]
        for _ in range(self.random.randint(0, 4)):
            self.somebody_else() if self.random.random() < 0.5 else self.record(self.a_command())
        return self.activities()

    def a_command(self):
        return self.random.choice("abcdef")

    def somebody_else(self):
        self.states.append(self.random.randint(0, 3))

    def record(self, command):
        """Carry a command out, unless it is recorded."""
        if command not in self.records:
            first = len(self.states)
            after = self.random.randint(0, 3)
            self.states += [after] * self.random.randint(1, 2)  # one transaction: nobody sees its middle
            self.records[command] = (first, len(self.states) - 1)

    def ask(self):
        self.event += 1
        self.under_way.append(UnderWay(self.event, self.random.choice([None, *"abcdef"])))

    def go_on(self):
        """Let a running activity progress: its transaction, perhaps repeated, its read, or its end."""
        if not self.under_way:
            return
        one = self.random.choice(self.under_way)
        nothing_to_do = self.random.random() < 0.2
        if not one.transacted or self.random.random() < 0.1:
            if one.command is not None and not nothing_to_do:
                self.record(one.command)
            one.transacted, one.view = True, None
        elif self.random.random() < 0.1:  # it failed, though perhaps it was carried out
            self.end(one, done=False)
        elif one.view is None:
            one.view = self.states[-1]
        else:
            self.end(one, done=True)

    def end(self, one, done):
        self.event += 1
        self.under_way.remove(one)
        self.history.append((one, self.event, done))

    def activities(self):
        return sorted(
            (
                Activity(
                    one.requested,
                    ended,
                    one.command,
                    self.records.get(one.command),
                    done,
                    self.held(one.view) if done else ((0, 1 << 62),),
                )
                for one, ended, done in self.history
            ),
            key=lambda each: each.requested,
        )

    def held(self, view):
        ends = [*range(1, len(self.states)), 1 << 62]
        return tuple((at, end) for at, (state, end) in enumerate(zip(self.states, ends, strict=True)) if state == view)


@settings(max_examples=2000, deadline=None)
@given(st.randoms(use_true_random=False))
def test_an_honest_life_fits_however_repeats_retries_and_others_overlap(random):
    assert misfits(Life(random).lived()) == []


def view(requested, ended, *held):
    return Activity(requested, ended, held=held)


def command(requested, ended, name, first, last, *held):
    return Activity(requested, ended, name, (first, last), held=held or ((last, last + 1),))


PLAIN = (
    view(1, 2, (0, 5)),
    command(3, 4, "prepare", 5, 6),
    view(5, 6, (6, 8)),
    command(7, 8, "release", 8, 8),
    command(9, 10, "send", 9, 9),
    view(11, 12, (12, 14)),
)


def named(*activities):
    return [misfit.activity.requested for misfit in misfits(activities)]


def test_a_plain_life_fits():
    assert named(*PLAIN) == []


def test_a_view_of_what_was_over_is_named():
    assert named(*PLAIN[:5], view(11, 12, (6, 9))) == [11]


def test_a_view_of_what_was_to_come_is_named():
    assert named(*PLAIN[:2], view(5, 6, (8, 9)), *PLAIN[3:]) == [5]
    assert named(view(1, 2, (8, 9)), *PLAIN[1:]) == [1]


def test_commands_that_are_on_record_in_another_order_than_they_were_asked_for_are_named():
    assert named(command(1, 2, "a", 5, 5), command(3, 4, "b", 4, 4)) == [1, 3]


def test_a_repeat_does_not_cut_off_what_was_seen_before_it():
    assert named(*PLAIN, command(13, 14, "release", 8, 8, (12, 15)), view(15, 16, (15, 20))) == []


def test_a_view_from_before_the_original_is_named_though_it_is_repeated():
    assert named(*PLAIN[:5], view(11, 12, (6, 8)), command(13, 14, "release", 8, 8, (12, 15))) == [11]


def test_a_run_that_only_repeats_what_an_earlier_one_did_saw_all_of_it_after():
    again = (command(1, 2, "prepare", 5, 6, (12, 14)), command(3, 4, "release", 8, 8, (12, 14)))
    assert named(*again) == []
    assert named(*again, view(5, 6, (12, 14))) == []
    assert named(*again, view(5, 6, (2, 5))) != []


def test_what_found_nothing_to_do_says_nothing_of_when_it_was_done_later():
    early = replace(command(3, 4, "deadline", 9, 9), held=((5, 9),))
    assert named(view(1, 2, (5, 9)), early) == []
    assert named(view(1, 2, (5, 9)), early, command(7, 8, "deadline", 9, 9)) == []
