"""Every session start keeps its zero; what wants a calibration reaches the care team once a day a reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from station.session.clock import WallClock
from station.session.drift_watch import DriftWatch, known_advice, known_zeros, remember_check
from station.session.recorder import Recorder
from station.session.reports import Identity
from station.session.store import Store
from station.sway.drift import MOST_KEPT, SpanCheck
from station.sway.plate import Four, Plate
from tests.virtual_station import VirtualStation

ZERO: Four = (0.0, 0.0, 0.0, 0.0)
QUIET: Four = (0.25, 0.25, 0.25, 0.25)
WALKED: Four = (0.0, 0.0, 24_000.0, 0.0)  # 12 N
PLATE = Plate((2000.0,) * 4, ZERO, 400.0, 400.0, calibration="cal-1")


class Watched:
    """A watch with its store, on a day that can be turned on."""

    def __init__(self, folder: Path) -> None:
        self.day = datetime(2026, 1, 2, 9, tzinfo=UTC)
        self.store = Store(folder / "station.sqlite3")
        wall = WallClock(lambda: self.day, synced=lambda: True)
        identity = Identity("p-1", "cal-1", sim=True)
        self._recorder = Recorder(
            self.store, folder, identity, wall=wall, log=lambda _: None, rx_version=lambda: 1
        )
        self.watch = self.anew()

    def anew(self) -> DriftWatch:
        """As after a restart of the station."""
        self.watch = DriftWatch(self.store, self._recorder, PLATE)
        return self.watch

    def session(self, counts: Four = ZERO, noise_n: Four | None = QUIET) -> None:
        self.watch.zero_taken(counts, noise_n)
        self.watch.session_started()

    def events(self) -> list[dict[str, object]]:
        bodies = [row.body for row in self.store.outbox("event", after=0, limit=100)]
        return [msgspec.json.decode(body, type=dict[str, object]) for body in bodies]

    def close(self) -> None:
        self._recorder.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.close()


def test_zero_and_noise_of_every_session_are_kept(watched: Watched) -> None:
    watched.session()
    watched.session(WALKED)
    assert [zero.counts for zero in known_zeros(watched.store)] == [ZERO, WALKED]
    assert known_zeros(watched.store)[0].noise_n == QUIET


def test_a_session_without_a_new_zero_keeps_none(watched: Watched) -> None:
    watched.session(noise_n=None)
    assert known_zeros(watched.store) == []


def test_a_walked_zero_is_an_event_with_its_evidence(watched: Watched) -> None:
    watched.session(WALKED)
    (event,) = watched.events()
    assert event["kind"] == "recalibrate"
    assert event["detail"] == {
        "reason": "tare_walked",
        "cell": "RL",
        "measured": 12.0,
        "limit": 10.0,
        "unit": "N",
    }


def test_the_same_reason_is_told_once_a_day_also_after_a_restart(watched: Watched) -> None:
    watched.session(WALKED)
    watched.anew()
    watched.session(WALKED)
    assert len(watched.events()) == 1
    watched.day += timedelta(days=1)
    watched.session(WALKED)
    assert len(watched.events()) == 2


def test_another_reason_on_the_same_day_is_told(watched: Watched) -> None:
    watched.session(WALKED)
    remember_check(watched.store, SpanCheck(t="2026-01-02T09:00:00Z", cal="cal-1", off=0.02))
    watched.session(WALKED)
    details = [msgspec.convert(event["detail"], dict[str, object]) for event in watched.events()]
    assert [detail["reason"] for detail in details] == ["tare_walked", "span_off"]


def test_a_new_plate_begins_with_a_clean_sheet(watched: Watched) -> None:
    watched.session(WALKED)
    new = Plate((2000.0,) * 4, WALKED, 400.0, 400.0, calibration="cal-2")
    watched.watch.plate_taken(new)
    watched.session(WALKED)
    assert len(watched.events()) == 1
    assert known_advice(watched.store, new) == []


def test_what_is_kept_does_not_grow_and_the_first_sessions_stay(watched: Watched) -> None:
    watched.session((1.0, 1.0, 1.0, 1.0))
    for _ in range(MOST_KEPT + 5):
        watched.session()
    kept = known_zeros(watched.store)
    assert len(kept) == MOST_KEPT
    assert kept[0].counts[0] == 1.0


def test_a_damaged_note_counts_as_none(watched: Watched) -> None:
    watched.store.remember("zeros", b"[1, 2")
    assert known_zeros(watched.store) == []


def test_a_session_of_a_whole_station_keeps_its_zero(tmp_path: Path) -> None:
    station = VirtualStation(tmp_path)
    station.run_until(lambda: station.course().ready)
    station.train()
    station.run_until(lambda: station.course().phase not in ("welcome", "blocked"))
    station.die()
    with Store(tmp_path / "station.sqlite3") as store:
        (zero,) = known_zeros(store)
    assert zero.cal == "nominal"
    assert all(0.05 < noise_n < 1 for noise_n in zero.noise_n)
