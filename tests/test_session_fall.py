"""A possible fall that nobody answers: no training until the care team has, whatever the station meets."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.session.protocol import Answer, Prescribe, Press
from station.sway.reading import Sample
from station.training.prescription import Exercise, Prescription
from station.training.result import SessionResult, TrialResult
from station.training.words import FALL_WORDS, HELD_WORDS, TEAM_HOLD_WORDS
from tests.standing import Board
from tests.virtual_station import VirtualStation

WEDNESDAY = datetime(2026, 5, 20, 9, tzinfo=UTC)
THURSDAY = datetime(2026, 5, 21, 9, tzinfo=UTC)
RX = Prescription(
    version=1,
    station="s-1",
    subj="p-1",
    issued="2026-05-01T00:00:00Z",
    expires="2027-01-01T00:00:00Z",
    exercises=(Exercise(routine="supported-standing", rung=2, attempts=2, hold_s=20),),
)
NO_FLAG = ("numbness", "weakness", "bladder", "severe_pain", "wound", "chest", "dizzy")


def holding(folder: Path) -> tuple[VirtualStation, Board]:
    """Return a station in whose first hold somebody stands."""
    station = VirtualStation(folder, today=WEDNESDAY, plain=True)
    prescribe(station, RX)
    station.run(3)
    station.say(Press(button="start"))
    for key in NO_FLAG:
        station.say(Answer(key=key, value=False))
    for answer in (Answer(key="pain", value=1), Answer(key="support", value=True)):
        station.say(answer)
    for _ in range(2):
        station.say(Press(button="start"))
    station.run(0.1)
    board = Board(station.clock.now_ns())
    feed(station, board.stand(8))
    assert station.course().phase == "hold"
    return station, board


def feed(station: VirtualStation, samples: Iterable[Sample]) -> None:
    """Let the station see these samples, much faster than its simulated chips could make them."""
    for sample in samples:
        station.service._on_sample(sample)


def asked(folder: Path) -> tuple[VirtualStation, Board]:
    """Return a station on which somebody fell in a hold and is asked whether they are all right."""
    station, board = holding(folder)
    feed(station, board.empty(12))
    assert station.course().phase == "all_right"
    return station, board


def prescribe(station: VirtualStation, rx: Prescription, **changes: Any) -> None:
    document = station.prescribe(msgspec.structs.replace(rx, **changes))
    station.say(Prescribe(document=document))
    station.run(0.1)


def start(station: VirtualStation) -> str:
    """Press start on the greeting; return what comes."""
    station.run(0.1)
    station.say(Press(button="start"))
    station.run(0.1)
    return station.course().phase


def falls(station: VirtualStation) -> list[dict[str, Any]]:
    told = [msgspec.json.decode(body) for body in station.bodies("event")]
    return [event for event in told if event["kind"] == "possible_fall"]


@pytest.fixture
def another_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each station be one that has booted anew."""
    boots = iter(f"boot-{n}" for n in range(9))
    monkeypatch.setattr("station.session.heading.boot_id", lambda: next(boots))


@pytest.mark.usefixtures("another_boot")
def test_after_a_fall_nobody_answered_there_is_no_training_until_a_prescription_written_after_it(
    tmp_path: Path,
) -> None:
    first, board = asked(tmp_path)
    feed(first, board.empty(31))
    first.die()
    again = VirtualStation(tmp_path, today=WEDNESDAY, plain=True)
    assert again.course().words == FALL_WORDS
    feed(again, board.empty(45))
    assert len(falls(again)) == 1, "told once, also over a loss of power"
    again.say(Press(button="stop"))  # somebody is there, late
    again.run(0.1)
    again.say(Press(button="stop"))
    again.run(0.1)
    again.die()
    tomorrow = VirtualStation(tmp_path, today=THURSDAY, plain=True)
    assert start(tomorrow) == "blocked"
    assert tomorrow.course().words[:-1] == HELD_WORDS
    prescribe(tomorrow, RX, version=2, issued="2026-05-20T08:59:00Z")
    assert tomorrow.course().phase == "blocked", "written before the fall, so it answers nothing"
    tomorrow.say(Press(button="start"))
    assert start(tomorrow) == "blocked"
    prescribe(tomorrow, RX, version=3, issued="2026-05-21T08:00:00Z")
    tomorrow.say(Press(button="start"))
    assert start(tomorrow) == "checkin"
    tomorrow.die()


@pytest.mark.usefixtures("another_boot")
def test_a_question_that_a_loss_of_power_left_unanswered_is_told_and_holds_training(tmp_path: Path) -> None:
    first, _ = asked(tmp_path)
    first.die()
    later = VirtualStation(tmp_path, today=WEDNESDAY.replace(hour=11), plain=True)
    (told,) = falls(later)
    assert told["detail"] == {"power_lost": True}
    session = msgspec.json.decode(later.bodies("result/session")[0], type=SessionResult)
    assert (session.ended_by, session.events["possible_fall"]) == ("interrupted", 1)
    assert start(later) == "blocked"
    later.die()
    once_more = VirtualStation(tmp_path, today=THURSDAY, plain=True)
    assert len(falls(once_more)) == 1
    assert start(once_more) == "blocked"
    once_more.die()


def test_an_answer_in_time_holds_nothing(tmp_path: Path) -> None:
    station, board = asked(tmp_path)
    feed(station, board.empty(20))
    station.say(Press(button="start"))
    station.run(0.1)
    assert station.course().phase == "checkout"
    assert not station.service._recorder.stops.held
    assert falls(station) == []
    station.die()


def test_a_stumble_before_a_loss_of_power_counts_in_the_session_that_goes_on(tmp_path: Path) -> None:
    first, board = holding(tmp_path)
    feed(first, board.move(0.2, lambda s: (350 * s, 0.0)))
    feed(first, board.stand(2))
    first.die()
    second = VirtualStation(tmp_path, today=WEDNESDAY, plain=True)
    (trial,) = [msgspec.json.decode(body, type=TrialResult) for body in second.bodies("result/trial")]
    assert (trial.outcome, trial.events["stumble"]) == ("interrupted", 1)
    second.say(Press(button="stop"))
    for key, value in (("pain_after", 1), ("effort", 3), ("swollen", False)):
        second.say(Answer(key=key, value=value))
    second.run(0.2)
    (session,) = [msgspec.json.decode(body, type=SessionResult) for body in second.bodies("result/session")]
    assert session.events["stumble"] == 1
    told = [msgspec.json.decode(body) for body in second.bodies("event")]
    assert told[-1]["kind"] == "eased"
    assert "a stumble" in told[-1]["detail"]["why"]
    second.die()


@pytest.mark.usefixtures("another_boot")
def test_the_care_team_stops_all_training_also_in_a_session_beyond_limits_and_after_it_expired(
    tmp_path: Path,
) -> None:
    station, board = holding(tmp_path)
    beyond = (Exercise(routine="moon-walking", rung=90),)
    prescribe(station, RX, version=2, on_hold=True, exercises=beyond, expires="2026-05-19T00:00:00Z")
    assert station.course().phase == "hold", "nobody is startled off the board"
    feed(station, board.stand(90))
    assert station.course().phase == "checkout", "after this attempt, not after the exercise"
    station.die()
    later = VirtualStation(tmp_path, today=THURSDAY, plain=True)
    assert start(later) == "blocked"
    assert later.course().words[:-1] == TEAM_HOLD_WORDS
    prescribe(later, RX, version=3, issued="2026-05-21T08:00:00Z")
    later.say(Press(button="start"))
    assert start(later) == "checkin"
    later.die()
