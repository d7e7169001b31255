"""What is remembered from session to session, and of a session that was broken off."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from station.session.memory import Memory
from station.session.moment import Moment
from station.session.store import Store
from station.training.ended import JournalEnded, SessionEnded
from station.training.progress import Progress

START = datetime(2026, 5, 1, 10, tzinfo=UTC)


class Desk:
    """A memory over a real store, and a clock that is moved by hand."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.wall = START
        self.mono_s = 1000.0
        self.boot = "a"
        self.synced = True
        self.memory = self.again()

    def again(self, subj: str | None = "p-1") -> Memory:
        return Memory(self.store, now=self.now, write=self.write, subj=subj)

    def now(self) -> Moment:
        return Moment(
            t=self.wall.isoformat(),
            day=self.wall.date().isoformat(),
            boot=self.boot,
            mono_s=self.mono_s,
            synced=self.synced,
        )

    def write(self, write: Callable[[], None]) -> None:
        write()

    def later(self, **span: float) -> None:
        passed = timedelta(**span)
        self.wall += passed
        self.mono_s += passed.total_seconds()

    def train(self, *, trials: int = 1, minutes: float = 5) -> None:
        ended = SessionEnded("finished", trials, {}, minutes * 60)
        for key, value in self.memory.session_notes("s", ended):
            self.store.remember(key, value)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "station.sqlite3")
    yield desk
    desk.store.close()


PROGRESS = Progress(
    rx_version=1,
    done=(("supported-standing", None),),
    index=1,
    attempt_number=1,
    repeats=0,
    trials=2,
    results=(),
    answers={"pain": 2},
    body_weight_n=600.0,
    trained_s=90.0,
    checked_in=True,
)


def test_a_session_without_an_exercise_uses_up_nothing(desk: Desk) -> None:
    desk.train(trials=0)
    assert desk.memory.allowance().sessions_today == 0


def test_what_was_trained_survives_a_restart(desk: Desk) -> None:
    desk.train(minutes=7)
    desk.later(hours=1)
    allowance = desk.again().allowance()
    assert (allowance.sessions_today, allowance.minutes_today) == (1, 7)
    assert allowance.since_last_s == 3600


def test_the_days_of_the_week_are_the_ones_trained_on(desk: Desk) -> None:
    for _ in range(3):
        desk.train()
        desk.later(days=2)
    assert desk.memory.week() == (True, False, True, False, True, False)
    assert desk.memory.allowance().days_ago == {2, 4, 6}


def test_a_clock_set_forward_does_not_lift_a_cap(desk: Desk) -> None:
    desk.train()
    desk.train()
    desk.wall += timedelta(days=2)
    assert desk.memory.allowance().sessions_today == 2


def test_a_rested_simulated_person_may_train_at_once(desk: Desk) -> None:
    desk.train()
    desk.memory.rested = True
    assert desk.memory.allowance().sessions_today == 0
    assert desk.memory.allowance().since_last_s is not None


def test_days_away_count_from_the_last_training(desk: Desk) -> None:
    assert desk.memory.days_away() is None
    desk.train()
    desk.later(days=8)
    assert desk.again().days_away() == 8


def test_the_goal_of_the_week_is_asked_once_a_week(desk: Desk) -> None:
    assert desk.memory.asks_goal()
    for key, value in desk.memory.journal_notes(JournalEnded({}, {"goal": "go outside once"}, {})):
        desk.store.remember(key, value)
    assert not desk.memory.asks_goal()
    desk.later(days=7)
    assert desk.memory.asks_goal()


def test_a_session_goes_on_within_half_an_hour_with_its_check_in(desk: Desk) -> None:
    desk.memory.keep_progress("s", "then", PROGRESS, events={}, trial_events={})
    desk.later(minutes=29)
    again = desk.again()
    left = again.left_off()
    assert left is not None
    assert left.progress == PROGRESS
    assert again.check_in_stands()


def test_what_happened_before_a_loss_of_power_is_known_after_it(desk: Desk) -> None:
    desk.memory.keep_progress("s", "then", PROGRESS, events={"weighed": 1}, trial_events={})
    desk.memory.keep_progress(
        "s", "then", PROGRESS, events={"weighed": 1, "stumble": 1}, trial_events={"stumble": 1}
    )
    desk.later(hours=9)
    left = desk.again().broken_off("s")
    assert left is not None
    assert (left.events, left.trial_events) == ({"weighed": 1, "stumble": 1}, {"stumble": 1})
    assert desk.again().broken_off("another") is None


def test_after_half_an_hour_a_session_is_over(desk: Desk) -> None:
    desk.memory.keep_progress("s", "then", PROGRESS, events={}, trial_events={})
    desk.later(minutes=31)
    assert desk.again().left_off() is None


def test_a_check_in_older_than_half_an_hour_is_asked_again_in_a_session_that_goes_on(desk: Desk) -> None:
    desk.memory.keep_progress("s", "then", PROGRESS, events={}, trial_events={})
    desk.later(minutes=25)
    further = msgspec.structs.replace(PROGRESS, index=2)
    desk.memory.keep_progress("s", "then", further, events={}, trial_events={})
    desk.later(minutes=25)
    again = desk.again()
    assert again.left_off() is not None
    assert not again.check_in_stands()


def test_after_a_boot_with_an_unset_clock_red_flags_are_asked_again(desk: Desk) -> None:
    desk.memory.keep_progress("s", "then", PROGRESS, events={}, trial_events={})
    desk.boot, desk.mono_s, desk.synced = "b", 20.0, False
    again = desk.again()
    assert again.left_off() is not None, "what was done stays done"
    assert not again.check_in_stands()


def test_a_session_that_goes_on_no_more_counts_as_one_of_its_day(desk: Desk) -> None:
    desk.memory.keep_progress("s", "then", PROGRESS, events={}, trial_events={})
    desk.later(minutes=31)
    again = desk.again()
    assert [key for key, _ in again.interrupted_notes("s")] == ["progress p-1", "trained p-1"]
    assert again.allowance().sessions_today == 1


def test_the_next_patient_is_not_taken_for_the_last_one(desk: Desk) -> None:
    desk.train()
    desk.memory.keep_weight(600)
    other = desk.again("p-2")
    assert other.allowance().since_last_s is None
    assert other.body_weight_n() is None


def test_a_note_that_cannot_be_read_is_no_note(desk: Desk) -> None:
    for key in ("trained", "progress", "body_weight", "goal"):
        desk.store.remember(f"{key} p-1", b"\xff{")
    again = desk.again()
    assert again.left_off() is None
    assert again.body_weight_n() is None
    assert again.asks_goal()
