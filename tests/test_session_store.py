"""The store: results and their outbox rows together or not at all."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from station.errors import StoreError
from station.session import database
from station.session.bests import newest_reach
from station.session.event import EventBody
from station.session.schema import SCHEMA
from station.session.store import Decided, Header, Store
from station.session.trial import Place, blank_result
from station.training.decision import Decision
from station.training.programme import fallback_programme
from station.training.result import SessionResult
from station.training.routine import shipped_routines

HEADER = Header(
    t="2026-01-01T00:00:00Z",
    mono_ms=1,
    boot="b",
    clock="synced",
    subj="p",
    rx_version=1,
    cal="nominal",
    alg="cop-1",
    sim=True,
)
RESULT = SessionResult(
    session="s-1",
    started="2026-01-01T00:00:00Z",
    ended="2026-01-01T00:10:00Z",
    complete=True,
    ended_by="finished",
    trials=0,
    answers={"pain": 2},
    rx_version=1,
    sim=True,
)
DECISION = Decision(
    kind="ease",
    line=1,
    routine="supported-standing",
    side=None,
    from_rung=2,
    to_rung=1,
    session="s-1",
    why="Why.",
    patient="Easier.",
    evidence=(),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "station.sqlite3"


def test_a_session_and_its_message_are_kept_together(path: Path) -> None:
    with Store(path) as store:
        store.begin_session("s-1", started=RESULT.started, rx_version=1)
        assert [row[0] for row in store.unfinished_sessions()] == ["s-1"]
        store.end_session(RESULT, HEADER)
        assert store.unfinished_sessions() == []
    with Store(path) as store:
        (row,) = store.outbox("result/session", after=0, limit=10)
        assert row.header == HEADER
        assert b'"s-1"' in row.body


def test_a_failed_post_takes_the_result_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(path) as store:
        store.begin_session("s-1", started=RESULT.started, rx_version=1)

        def fail(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(store, "_post", fail)
        with pytest.raises(StoreError, match=r"station\.sqlite3: database or disk is full"):
            store.end_session(RESULT, HEADER)
        assert [row[0] for row in store.unfinished_sessions()] == ["s-1"]


def test_only_an_acknowledgement_empties_the_outbox(path: Path) -> None:
    with Store(path) as store:
        store.post("event", RESULT, HEADER)
        store.post("event", RESULT, HEADER)
        first, second = store.outbox("event", after=0, limit=10)
        assert store.acknowledged((first.id, "unknown")) == 1
        assert store.outbox("event", after=0, limit=10) == [second]
        assert store.backlog() == (1, HEADER)


def test_numbers_of_messages_never_come_again(path: Path) -> None:
    with Store(path) as store:
        store.post("event", RESULT, HEADER)
        (row,) = store.outbox("event", after=0, limit=1)
        store.acknowledged((row.id,))
    with Store(path) as store:
        store.post("event", RESULT, HEADER)
        (later,) = store.outbox("event", after=0, limit=1)
    assert later.seq > row.seq


def test_a_file_that_is_no_database_is_refused_by_name(path: Path) -> None:
    path.write_text("hello " * 100)
    with pytest.raises(StoreError, match=r"station\.sqlite3"):
        Store(path)


def test_a_start_waits_for_what_another_process_is_writing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.0)  # whoever waits no longer than in a session, fails at once
    Store(path).close()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.05, other.execute, ("COMMIT",))
        done.start()
        Store(path).close()
        done.join()


def test_a_database_of_a_newer_station_is_left_alone(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer station"):
        Store(path)


def test_a_database_of_the_first_version_is_brought_up_to_date_with_all_that_is_in_it(path: Path) -> None:
    with sqlite3.connect(path) as old:
        old.executescript(SCHEMA)
        old.execute("PRAGMA user_version = 1")
        for name in ("s-1", "s-2"):
            old.execute("INSERT INTO session (id, started) VALUES (?, ?)", (name, RESULT.started))
        old.execute("UPDATE session SET result = ? WHERE id = 's-1'", (msgspec.json.encode(RESULT),))
        old.execute("INSERT INTO prescription (version, document, received) VALUES (7, x'78', 'y')")
        old.execute("INSERT INTO note (key, value) VALUES ('tare', x'7a')")
    old.close()
    with Store(path) as store:
        assert [left.id for left in store.unfinished_sessions()] == ["s-2"]
        assert store.newest_prescription() == (7, b"x")
        assert store.note("tare") == b"z"
        (finished,) = store.finished_sessions(subj=None)
        assert (finished.number, finished.result.events) == (1, {})
        store.begin_session("s-3", started=RESULT.started, rx_version=7, subj="p-1")
        store.end_session(msgspec.structs.replace(RESULT, session="s-3", rx_version=7), HEADER)
        assert [one.number for one in store.finished_sessions(rx=1)] == [3]
    with Store(path) as again:
        assert [one.number for one in again.finished_sessions(rx=1)] == [3]


def test_a_kept_prescription_is_known_by_its_person_in_a_database_brought_up_to_date(path: Path) -> None:
    with sqlite3.connect(path) as old:
        old.executescript(SCHEMA)
        old.execute("PRAGMA user_version = 1")
        keep = "INSERT INTO prescription (version, document, received) VALUES (?, ?, 'then')"
        for subj in ("p-1", "p-2"):
            old.execute(keep, (7, msgspec.json.encode({"rx": {"subj": subj, "version": 7}})))
    old.close()
    with Store(path) as store:
        assert store.prescribed() == ["p-1", "p-2"]
        assert [store.newest_prescription_number(subj) for subj in ("p-1", "p-2", None)] == [1, 2, 2]


def test_a_session_is_kept_under_the_prescription_of_its_own_person(path: Path) -> None:
    with Store(path) as store:
        for subj in ("p-1", "p-2"):
            store.keep_prescription(1, b"{}", received="now", subj=subj)
        store.begin_session("s-1", started=RESULT.started, rx_version=1, subj="p-1")
        store.end_session(RESULT, HEADER)
        assert len(store.finished_sessions(rx=1)) == 1
        assert store.finished_sessions(rx=2) == []
        assert store.owner_of("s-1") == ("p-1", 1)
        assert store.owner_of("s-9") is None


def test_a_decision_and_its_event_are_kept_together_and_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = EventBody(kind="eased", session="s-1", detail={})
    decided = [Decided(DECISION, event)]
    with Store(path) as store:
        store.keep_prescription(1, b"{}", received="now")
        store.begin_session("s-1", started=RESULT.started, rx_version=1)
        store.end_session(RESULT, HEADER)

        def fail(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        with monkeypatch.context() as full:
            full.setattr(store, "_post", fail)
            with pytest.raises(StoreError):
                store.keep_decisions(1, "s-1", decided, HEADER)
        assert store.decisions(1) == []
        assert not store.finished_sessions(rx=1)[0].decided
        for _ in range(2):
            store.keep_decisions(1, "s-1", decided, HEADER)
        assert store.decisions(1) == [DECISION]
        assert len(store.outbox("event", after=0, limit=10)) == 1


def test_the_last_limits_of_stability_of_a_person_are_found_by_direction(path: Path) -> None:
    planned = fallback_programme(shipped_routines()).planned[0]
    with Store(path) as store:
        store.begin_session("s-1", started="2026-01-01T00:00:00Z", rx_version=None, subj="p-1")
        for number, forward_mm in enumerate((60.0, 72.5)):
            place = Place(f"t-{number}", "s-1", number + 1, 1)
            blank = blank_result(planned, place, started=RESULT.started, cal="nominal", sim=True)
            measures = {"reach_left_forward_mm": forward_mm}
            leaned = msgspec.structs.replace(blank, kind="reach", measures=measures)
            store.keep_trial(leaned, b"{}", HEADER)
        assert newest_reach(store.results_of("p-1")) == {"left-forward": 72.5}
        assert newest_reach(store.results_of("p-2")) is None


def test_a_trace_that_is_sent_only_when_asked_waits_with_its_trial(path: Path) -> None:
    planned = fallback_programme(shipped_routines()).planned[0]
    blank = blank_result(planned, Place("t-1", "s-1", 1, 1), started=RESULT.started, cal="nominal", sim=True)
    with Store(path) as store:
        store.keep_trial(blank, b'{"whole": 1}', HEADER, sent=b"")
        assert store.outbox("raw", after=0, limit=1) == []
        assert store.post_trace_again("t-1", HEADER)
        assert [row.body for row in store.outbox("raw", after=0, limit=2)] == [b'{"whole": 1}']
