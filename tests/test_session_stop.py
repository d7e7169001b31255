"""A stop at the check-in holds for the day, an unanswered fall until the care team answers, on any clock."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from station.session.moment import Moment
from station.session.stop import Stop, Stops
from station.session.store import Store
from station.training.prescription import Exercise, Prescription
from station.training.words import HELD_WORDS, TEAM_HOLD_WORDS

RX = Prescription(
    version=1,
    station="s-1",
    subj="p-1",
    issued="2026-05-01T00:00:00Z",
    expires="2027-01-01T00:00:00Z",
    exercises=(Exercise(routine="supported-standing", rung=2),),
)

STOP = Stop(words=("No training today.",), day="2026-05-10", boot="a", mono_s=1000.0)
HOUR = 3600.0


@pytest.mark.parametrize(
    ("day", "boot", "mono_s", "holds"),
    [
        (date(2026, 5, 10), "a", 1000 + HOUR, True),
        (date(2026, 5, 10), "b", 5.0, True),
        (date(2026, 5, 11), "b", 5.0, False),
        (date(2026, 5, 11), "a", 1000 + 13 * HOUR, False),
        (date(2027, 1, 1), "a", 1000 + HOUR, True),  # the clock was set right an hour later
        (date(1970, 1, 1), "b", 5.0, True),  # the clock was lost: nobody knows that a day has passed
    ],
)
def test_it_holds(day: date, boot: str, mono_s: float, holds: bool) -> None:
    assert STOP.holds(day=day, boot=boot, mono_s=mono_s) is holds


class Desk:
    """What keeps one person from training, over a real store, and a clock that is moved by hand."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.t = "2026-05-20T09:00:00+00:00"
        self.synced = True

    def stops(self, subj: str | None = "p-1") -> Stops:
        return Stops(self.store, now=self.now, write=lambda write: write(), subj=subj)

    def now(self) -> Moment:
        return Moment(t=self.t, day=self.t[:10], boot="a", mono_s=1.0, synced=self.synced)

    def hold(self) -> Stops:
        stops = self.stops()
        self.store.remember(*stops.hold())
        return stops

    def prescribe(self, issued: str) -> Prescription:
        number = (self.store.newest_prescription_number() or 0) + 1
        self.store.keep_prescription(number, b"{}", received="now")
        return msgspec.structs.replace(RX, version=number, issued=issued)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "station.sqlite3")
    yield desk
    desk.store.close()


def test_a_hold_is_still_there_after_a_restart_and_its_answer_too(desk: Desk) -> None:
    desk.hold()
    again = desk.stops()
    assert again.words() == HELD_WORDS
    again.prescribed(desk.prescribe("2026-05-21T08:00:00Z"))
    assert again.words() == ()
    assert not desk.stops().held


def test_a_prescription_already_here_answers_nothing(desk: Desk) -> None:
    ahead = desk.prescribe("2026-06-01T00:00:00Z")  # written on a clock that runs ahead
    stops = desk.hold()
    stops.prescribed(ahead)
    assert stops.held


def test_a_clock_nobody_set_keeps_no_answer_from_counting(desk: Desk) -> None:
    desk.t, desk.synced = "2099-01-01T00:00:00+00:00", False
    desk.store.remember("latest_time", b"2026-05-20T08:00:00+00:00")
    stops = desk.hold()
    stops.prescribed(desk.prescribe("2026-05-20T07:00:00Z"))
    assert stops.held, "older than what is known of the time"
    stops.prescribed(desk.prescribe("2026-05-21T07:00:00Z"))
    assert not stops.held


def test_a_hold_belongs_to_one_person_and_cannot_be_made_unreadable(desk: Desk) -> None:
    desk.hold()
    assert not desk.stops("p-2").held
    desk.store.remember("hold p-1", b"{")
    assert desk.stops().held


def test_the_care_team_s_hold_answers_a_fall_and_holds_until_it_is_lifted(desk: Desk) -> None:
    stops = desk.hold()
    held = msgspec.structs.replace(desk.prescribe("2026-05-21T08:00:00Z"), on_hold=True, note="I will call.")
    stops.prescribed(held)
    assert stops.words() == (*TEAM_HOLD_WORDS, "I will call.")
    stops.prescribed(desk.prescribe("2026-05-22T08:00:00Z"))
    assert stops.words() == ()


def test_an_advice_of_today_is_shown_before_the_care_team_s_hold(desk: Desk) -> None:
    stops = desk.stops()
    stops.prescribed(msgspec.structs.replace(desk.prescribe("2026-05-20T08:00:00Z"), on_hold=True))
    stops.stop(("No training today.", "Please call the emergency number now."))
    assert "emergency" in stops.words()[1]
