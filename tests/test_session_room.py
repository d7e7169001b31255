"""On a full disk raw traces go, the oldest first and those the care side has before others; results never."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from station.errors import DiskFullError
from station.session import reserve
from station.session.event import EventBody
from station.session.later import Later
from station.session.reserve import MARGIN_BYTES, RESERVE, RESERVE_BYTES
from station.session.room import DROPPED_KIND, Dropped
from station.session.store import Store, new_id
from station.session.trial import Place, blank_result
from station.training.programme import fallback_programme
from station.training.result import TrialResult
from station.training.routine import shipped_routines
from tests.test_session_store import HEADER

TRACE_BYTES = 20_000
DISK_BYTES = 500_000  # some ten traces, each kept and on its way


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A database that may grow to `DISK_BYTES` and no further."""
    file = tmp_path / "station.sqlite3"
    monkeypatch.setattr(
        reserve,
        "free_bytes",
        lambda _: MARGIN_BYTES + DISK_BYTES - (file.stat().st_size if file.exists() else 0),
    )
    with Store(file) as store:
        yield store


def trial_result(trial: str) -> TrialResult:
    programme = fallback_programme(shipped_routines())
    place = Place(trial, "s-1", 1, 1)
    return blank_result(programme.planned[0], place, started=HEADER.t, cal="nominal", sim=True)


class Station:
    """Keeps trials as the recorder does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.log: list[str] = []
        self.later = Later(
            now_s=lambda: 0.0,
            log=self.log.append,
            make_room=lambda: store.make_room(HEADER),
            mend=lambda: store.mend(self.log.append),
        )
        self.trials: list[str] = []

    def train(self, trials: int) -> None:
        for _ in range(trials):
            result = trial_result(new_id())
            raw = msgspec.json.encode({"trial": result.trial, "data": os.urandom(TRACE_BYTES // 2).hex()})
            self.trials.append(result.trial)
            self.later.write(
                partial(self.store.keep_trial, result, raw, HEADER),
                smaller=partial(self.store.keep_trial, result, b"", HEADER, lost=True),
            )

    def traces(self) -> list[str]:
        rows = self.store._db.execute("SELECT id FROM trial WHERE LENGTH(raw) > 0 ORDER BY id")
        return [trial for (trial,) in rows]

    def waiting(self, kind: str) -> list[str]:
        rows = self.store.outbox(kind, after=0, limit=1000)
        return [msgspec.json.decode(row.body).get("trial", "") for row in rows]


def test_results_and_events_outlive_a_full_disk_and_the_newest_traces_too(store: Store) -> None:
    station = Station(store)
    station.train(60)
    assert station.waiting("result/trial") == station.trials, "no result is lost"
    assert [trial.trial for trial in store.trials_of("s-1")] == station.trials
    kept = station.traces()
    assert kept == station.trials[-len(kept) :], "the oldest have gone"
    assert station.waiting("raw") == kept
    dropped = store.dropped()
    assert dropped == Dropped(undelivered=60 - len(kept))
    events = [msgspec.json.decode(row.body) for row in store.outbox("event", after=0, limit=1000)]
    assert {event["kind"] for event in events} == {DROPPED_KIND}
    assert sum(event["detail"]["traces"] for event in events) == dropped.undelivered
    assert not station.later.waits


def test_traces_that_the_care_side_has_go_before_those_it_has_not(store: Store) -> None:
    station = Station(store)
    station.train(4)
    rows = store.outbox("raw", after=0, limit=4)
    store.acknowledged(tuple(row.id for row in rows[1:3]))
    assert store.make_room(HEADER)
    assert station.traces() == [station.trials[0], station.trials[3]]
    assert station.waiting("raw") == station.traces()
    assert store.dropped() == Dropped(delivered=2)
    assert store.outbox("event", after=0, limit=1) == [], "what the care side has is no news"


def test_an_event_alone_makes_room_for_itself(store: Store) -> None:
    station = Station(store)
    station.train(12)
    event = EventBody(kind="red_flag", session=None, detail={"words": "x" * 60_000})
    for _ in range(6):
        station.later.write(lambda: store.post("event", event, HEADER))
    assert not station.later.waits
    assert sum(len(row.body) > 60_000 for row in store.outbox("event", after=0, limit=100)) == 6


def test_where_nothing_can_be_given_up_a_result_is_kept_without_its_trace(store: Store) -> None:
    station = Station(store)
    event = EventBody(kind="red_flag", session=None, detail={"words": "x" * 3_000})
    with suppress(DiskFullError):
        while True:
            store.post("event", event, HEADER)
    store.acknowledged(tuple(row.id for row in store.outbox("event", after=0, limit=5)))
    station.train(1)
    assert station.waiting("result/trial") == station.trials
    assert station.traces() == []
    assert store.dropped() == Dropped(undelivered=1)


def test_a_reserve_is_given_up_so_that_the_drop_itself_can_be_written(tmp_path: Path) -> None:
    with Store(tmp_path / "station.sqlite3") as store:
        assert (tmp_path / RESERVE).stat().st_size == RESERVE_BYTES
        with patch.object(reserve, "free_bytes", lambda _: 0):
            store.make_room(HEADER)
        assert not (tmp_path / RESERVE).exists()
        store.mind_disk()
        assert (tmp_path / RESERVE).exists()


def test_the_database_is_whole_after_it(store: Store, tmp_path: Path) -> None:
    Station(store).train(30)
    with closing(sqlite3.connect(tmp_path / "station.sqlite3")) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
