"""A week without training is told to the care team once, and the patient is greeted without blame."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from station.training.ended import SessionEnded
from station.training.outcome import Happening
from station.training.saying import BACK_AGAIN
from tests.virtual_station import VirtualStation

SPRING = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def another_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each station be one that has booted anew, so that its wall clock is believed."""
    boots = iter(f"boot-{n}" for n in range(9))
    monkeypatch.setattr("station.session.heading.boot_id", lambda: next(boots))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the folder of a station on which somebody trained on the first of May."""
    station = VirtualStation(tmp_path, today=SPRING, plain=True)
    recorder = station.service._recorder
    recorder.session_started()
    recorder.session_ended(SessionEnded("finished", 2, {}, 300.0))
    station.die()
    return tmp_path


def told(station: VirtualStation) -> list[dict[str, object]]:
    station.run(0.05)
    events = [msgspec.json.decode(body) for body in station.bodies("event")]
    return [event["detail"] for event in events if event["kind"] == "not_trained"]


def test_a_week_away_is_told_once_and_anew_after_the_next_training(home: Path) -> None:
    station = VirtualStation(home, today=SPRING.replace(day=7), plain=True)
    assert told(station) == [], "six days are no week"
    station.die()
    for day in (8, 9):
        station = VirtualStation(home, today=SPRING.replace(day=day), plain=True)
        assert told(station) == [{"days": 7, "last": "2026-05-01"}]
        station.die()


def test_who_waits_for_the_care_team_is_not_called_absent(home: Path) -> None:
    station = VirtualStation(home, today=SPRING.replace(day=9), plain=True)
    station.service._recorder.unanswered(Happening("possible_fall", 0))
    assert told(station) == []
    station.die()


def test_after_a_week_away_the_check_in_greets_without_blame(home: Path) -> None:
    station = VirtualStation(home, today=SPRING.replace(day=9), plain=True)
    station.run(0.05)
    station.service._prescriptions.before_session(station.course())
    station.service._prescriptions.before_session(station.course())
    assert station.course().note == BACK_AGAIN
    station.die()
