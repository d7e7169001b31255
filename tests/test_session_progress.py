"""What was done leads to decisions that are kept, told, and put into the next programme."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.session.progress import Progress
from station.session.protocol import Answer, Prescribe, Press, Simulate
from station.session.store import Header, Store
from station.training.fitting import Bounds
from station.training.prescription import Exercise, Limits, Prescription
from station.training.result import SessionResult, SupportResult, TrialResult
from station.training.routine import shipped_routines
from station.training.saying import DAY_OF_REST
from tests.virtual_station import VirtualStation

TODAY = date(2026, 5, 20)
BOUNDS = Bounds("s-1", "p-1", Limits(), shipped_routines())
HEADER = Header(
    t="2026-05-20T08:00:00Z",
    mono_ms=1,
    boot="b",
    clock="synced",
    subj="p-1",
    rx_version=1,
    cal="nominal",
    alg="cop-1",
    sim=True,
)
RX = Prescription(
    version=1,
    station="s-1",
    subj="p-1",
    issued="2026-05-01T00:00:00Z",
    expires="2026-07-01T00:00:00Z",
    exercises=(Exercise(routine="supported-standing", rung=2, alone_up_to=3),),
    note="One hand from today.",
)


class Home:
    """A station's database in which sessions are put as if they had been trained."""

    def __init__(self, path: Path) -> None:
        self.log: list[str] = []
        self.path = path
        self.store = Store(path)
        self.progress = Progress(self.store, BOUNDS, log=self.log.append)
        self.sessions = 0
        self.prescribe(RX)

    def prescribe(self, rx: Prescription) -> None:
        self.rx = rx
        self.store.keep_prescription(rx.version, b"{}", received="now")

    def train(self, *outcomes: str, rung: int = 2, decide: bool = True, **more: Any) -> None:
        self.sessions += 1
        name = f"session-{self.sessions}"
        started = f"2026-05-{self.sessions:02}T08:00:00Z"
        result = SessionResult(
            session=name,
            started=started,
            ended=started,
            complete=True,
            ended_by="finished",
            trials=len(outcomes),
            answers={"pain": 2, "pain_after": 2, "effort": 3},
            rx_version=self.rx.version,
            sim=True,
        )
        self.store.begin_session(name, started=started, rx_version=self.rx.version, subj="p-1")
        for number, outcome in enumerate(outcomes, start=1):
            self.store.keep_trial(trial(name, number, outcome, rung), b"", HEADER)
        self.store.end_session(msgspec.structs.replace(result, **more), HEADER)
        if decide:
            self.progress.decide(self.rx, HEADER)

    def rung(self) -> int:
        return self.progress.programme(self.rx, TODAY).planned[0].rung_number

    def events(self) -> list[str]:
        rows = self.store.outbox("event", after=0, limit=100)
        return [msgspec.json.decode(row.body)["kind"] for row in rows]


def trial(session: str, number: int, outcome: str, rung: int) -> TrialResult:
    return TrialResult(
        trial=f"{session}-{number}",
        session=session,
        number=number,
        routine="supported-standing",
        rung=rung,
        side=None,
        stance="both",
        support_kind="one-hand",
        vision="open",
        surface="firm",
        attempt=number,
        started="2026-05-01T08:00:00Z",
        outcome=outcome,  # type: ignore[arg-type]
        hold_s=20.0,
        target_hold_s=20.0,
        body_weight_n=700.0,
        measures={},
        quality={},
        support=SupportResult(mean_percent=None, max_percent=None, limit_percent=25.0),
        in_target_percent=None,
        faults=(),
        cal="nominal",
        alg="cop-1",
        sim=True,
    )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "station.sqlite3")
    yield home
    home.store.close()


def test_a_step_that_is_allowed_is_kept_told_and_trained_next(home: Home) -> None:
    for _ in range(3):
        home.train("done", "done")
    programme = home.progress.programme(RX, TODAY)
    assert programme.planned[0].rung_number == 3
    assert programme.note.startswith("A new step\nSupported standing\n")
    assert home.events() == ["stepped"]
    home.train("done", "done", rung=3)
    assert home.progress.programme(RX, TODAY).note == RX.note


def test_a_proposal_changes_nothing_and_carries_its_evidence(home: Home) -> None:
    home.prescribe(msgspec.structs.replace(RX, exercises=(Exercise(routine="supported-standing", rung=2),)))
    for _ in range(3):
        home.train("done", "done")
    assert home.rung() == 2
    (row,) = home.store.outbox("event", after=0, limit=10)
    body = msgspec.json.decode(row.body)
    assert body["kind"] == "proposal"
    assert body["detail"]["trials"].split()[0] == "session-1-1"
    assert "2026-05-01: held 2 of 2" in body["detail"]["evidence"]


def test_a_stop_eases_the_next_session(home: Home) -> None:
    home.train("done", "done", events={"possible_fall": 1})
    assert home.rung() == 1
    assert home.events() == ["eased"]


def test_a_new_prescription_takes_back_what_was_decided(home: Home) -> None:
    home.train("done", "done", events={"possible_fall": 1})
    home.prescribe(msgspec.structs.replace(RX, version=2))
    assert home.rung() == 2
    home.train("done", "done")
    home.train("done", "done")
    assert home.rung() == 2  # the session before it counts no more


def test_what_a_kill_left_undecided_is_decided_once_at_the_next_start(home: Home) -> None:
    home.train("done", "done", decide=False, events={"possible_fall": 1})
    for _ in range(2):
        home.progress.decide(RX, HEADER)
    assert home.events() == ["eased"]
    home.progress.decide(RX, HEADER)
    assert home.rung() == 1


def test_what_was_simulated_moves_nobody_on_a_real_board(home: Home) -> None:
    for _ in range(3):
        home.train("done", "done", decide=False)
    home.progress.decide(RX, msgspec.structs.replace(HEADER, sim=False))
    assert home.events() == []


def test_an_exercise_done_on_all_its_days_rests(home: Home) -> None:
    rx = msgspec.structs.replace(
        RX,
        exercises=(
            Exercise(routine="supported-standing", rung=2, days_a_week=2),
            Exercise(routine="walk", rung=1),
        ),
    )
    home.train("done")
    home.train("done")
    day = date(2026, 5, 3)
    trained = [p.routine.routine for p in home.progress.programme(rx, day).planned]
    assert trained == ["walk"]
    same_day = home.progress.programme(rx, date(2026, 5, 2))
    assert len(same_day.planned) == 2  # a second session of a day that counts already
    week_later = home.progress.programme(rx, day + timedelta(days=6))
    assert len(week_later.planned) == 2
    alone = msgspec.structs.replace(rx, exercises=rx.exercises[:1])
    resting = home.progress.programme(alone, day)
    assert (resting.planned, resting.note) == ((), DAY_OF_REST)


def test_the_fall_back_is_the_last_safe_rung_of_this_person(home: Home) -> None:
    assert home.progress.fallback().planned[0].rung_number == 1
    home.train("done", rung=3)
    home.train("done", rung=4, events={"step_off": 1}, ended_by="pain")
    assert home.progress.fallback().planned[0].rung_number == 3
    other = Bounds("s-1", "p-2", Limits(), shipped_routines())
    assert Progress(home.store, other, log=home.log.append).fallback().planned[0].rung_number == 1
    low = Bounds("s-1", "p-1", Limits(hardest_rung={"supported-standing": 2}), shipped_routines())
    assert Progress(home.store, low, log=home.log.append).fallback().planned[0].rung_number == 2


def test_decisions_that_cannot_be_read_leave_the_safe_fall_back(home: Home) -> None:
    home.train("done", "done", events={"possible_fall": 1})
    home.store._db.execute("UPDATE decision SET body = 'torn'")
    programme = home.progress.programme(RX, TODAY)
    assert (programme.rx_version, programme.planned[0].rung_number) == (None, 1)
    assert "cannot be read" in home.log[-1]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    station = VirtualStation(tmp_path, today=datetime(2026, 5, 4, 8, tzinfo=UTC), plain=True)
    yield station
    station.die()


def test_stepping_off_at_home_makes_the_next_session_easier_and_says_so(station: VirtualStation) -> None:
    station.say(Prescribe(document=station.prescribe(RX)))
    station.run(3)
    station.say(Press(button="start"))
    station.say(Press(button="start"))  # the therapist's note is read
    for key in ("numbness", "weakness", "bladder", "severe_pain", "wound", "chest", "dizzy"):
        station.say(Answer(key=key, value=False))
    station.say(Answer(key="pain", value=1))
    station.say(Answer(key="support", value=True))
    station.say(Press(button="start"))
    station.say(Press(button="start"))
    station.say(Simulate(do="step_on", hands_percent=10))
    station.run_until(lambda: station.course().phase == "hold", within_s=40)
    station.run(3)
    station.say(Simulate(do="step_off"))
    station.run_until(lambda: "step_off" in station.kinds(), within_s=20)
    station.run(1)
    station.say(Press(button="stop"))
    station.run(0.2)
    station.say(Answer(key="pain_after", value=1))
    station.say(Answer(key="effort", value=4))
    station.say(Answer(key="compared", value=1))
    station.say(Answer(key="swollen", value=False))
    station.run_until(lambda: "session_ended" in station.kinds(), within_s=20)
    station.run(0.2)
    kept = [msgspec.json.decode(body, type=SessionResult) for body in station.bodies("result/session")]
    (made,) = [msgspec.json.decode(body, type=TrialResult) for body in station.bodies("result/trial")]
    assert kept[0].events["step_off"] == made.events["step_off"] == 1
    told = [msgspec.json.decode(body) for body in station.bodies("event")]
    assert told[-1]["kind"] == "eased"
    tomorrow = station.service._prescriptions.in_force()
    assert tomorrow.planned[0].rung_number == 1
    assert tomorrow.note.startswith("A little easier now\nSupported standing\n")
