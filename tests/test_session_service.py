"""The running station in virtual time: what the patient does is measured, kept and told."""

import errno
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.link.messages import RawTrace, Reply, StationEvent
from station.session.protocol import Answer, Health, Prescribe, Press, Refused, Simulate
from station.sway.plate import plate_from_dict
from station.sway.report import report
from station.sway.trace import decode_trace
from station.training.prescription import Exercise, Limits, Prescription
from station.training.result import JournalResult, SessionResult, TrialResult
from tests.virtual_station import VirtualStation

RX = Prescription(
    version=1,
    station="s-1",
    subj="p-1",
    issued="2020-01-01T00:00:00Z",
    expires="2099-01-01T00:00:00Z",
    exercises=(Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=10),),
    note="One hand from today.",
)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    """For what comes after the board."""
    station = VirtualStation(tmp_path, plain=True)
    yield station
    station.die()


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[VirtualStation]:
    """With simulated chips on their wires, for what begins at the board."""
    station = VirtualStation(tmp_path)
    yield station
    station.die()


def trials(station: VirtualStation) -> list[TrialResult]:
    return [msgspec.json.decode(body, type=TrialResult) for body in station.bodies("result/trial")]


def sessions(station: VirtualStation) -> list[SessionResult]:
    return [msgspec.json.decode(body, type=SessionResult) for body in station.bodies("result/session")]


def replies(station: VirtualStation) -> list[Reply]:
    return [msgspec.json.decode(body, type=Reply) for body in station.bodies("reply")]


def events(station: VirtualStation) -> list[str]:
    return [msgspec.json.decode(body, type=StationEvent).kind for body in station.bodies("event")]


def take(station: VirtualStation, rx: Prescription) -> None:
    station.say(Prescribe(document=station.prescribe(rx)))
    station.run(0.1)


def test_a_prescribed_session_is_measured_kept_and_put_into_the_outbox(wired: VirtualStation) -> None:
    take(wired, RX)
    patient = wired.train()
    wired.run_until(lambda: patient.finished)
    (trial,) = trials(wired)
    assert (trial.routine, trial.rung, trial.outcome) == ("supported-standing", 2, "done")
    assert trial.hold_s == pytest.approx(10, abs=0.02)
    assert trial.sim
    assert trial.support.mean_percent == pytest.approx(12.5, abs=2)  # half of the rung's 25 %
    assert 2 < trial.measures["velocity_mm_s"] < 40
    assert trial.faults == ()
    (session,) = sessions(wired)
    assert (session.ended_by, session.trials, session.rx_version) == ("finished", 1, 1)
    assert [(r.rx_version, r.state) for r in replies(wired)] == [(1, "received"), (1, "applied")]


def test_every_number_can_be_made_again_from_the_trace_that_is_sent(wired: VirtualStation) -> None:
    take(wired, RX)
    patient = wired.train()
    wired.run_until(lambda: patient.finished)
    raw = msgspec.json.decode(wired.bodies("raw")[0], type=RawTrace)
    (trial,) = trials(wired)
    again = report(decode_trace(raw.data), plate_from_dict(raw.plate), raw.spans_ns)
    assert again.measures["velocity_mm_s"] == pytest.approx(trial.measures["velocity_mm_s"], rel=1e-3)
    assert again.measures["pea95_mm2"] == pytest.approx(trial.measures["pea95_mm2"], rel=1e-2)


def test_a_board_that_falls_silent_ends_the_attempt_and_the_session_goes_on(wired: VirtualStation) -> None:
    take(wired, RX)
    patient = wired.train()
    wired.run_until(lambda: "hold_started" in wired.kinds())
    wired.run(1)
    wired.board.broken = True
    wired.run(1.5)
    wired.board.broken = False
    wired.run_until(lambda: patient.finished)
    broken, whole = trials(wired)
    assert broken.outcome == "fault"
    assert "sensor_fault" in events(wired)
    assert {span.fault for span in broken.faults} == {"silent"}
    assert broken.faults[0].from_s == pytest.approx(1, abs=0.1)
    assert whole.outcome == "done"
    assert sessions(wired)[0].ended_by == "finished"
    assert "hold_fault" in events(wired)


def test_power_lost_in_a_hold_keeps_the_trial_marked_interrupted(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path)
    take(first, RX)
    first.train()
    first.run_until(lambda: "hold_started" in first.kinds())
    first.run(3)
    first.die()
    second = VirtualStation(tmp_path, start_ns=first.clock.now_ns())
    (trial,) = trials(second)
    assert trial.outcome == "interrupted"
    assert trial.hold_s == pytest.approx(3, abs=0.2)
    assert second.course().phase == "pause", "asked to go on, or to stop"
    patient = second.train()
    second.run_until(lambda: patient.finished)
    assert [(trial.number, trial.outcome) for trial in trials(second)] == [(1, "interrupted"), (2, "done")]
    (session,) = sessions(second)
    assert (session.ended_by, session.trials) == ("finished", 2)
    second.die()
    third = VirtualStation(tmp_path)
    assert len(trials(third)) == 2, "recovered once, not at every start"
    third.die()


def test_a_red_flag_survives_a_restart(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True)
    first.run(3)
    first.say(Press(button="start"))
    first.run(0.1)
    first.say(Answer(key="numbness", value=True))
    first.run(0.1)
    assert events(first) == ["red_flag"]
    first.die()
    second = VirtualStation(tmp_path, plain=True)
    second.run(3)
    second.say(Press(button="start"))
    second.run(0.1)
    assert "session_started" not in second.kinds()
    second.die()


def test_a_prescription_in_force_survives_a_restart(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True)
    take(first, RX)
    first.die()
    second = VirtualStation(tmp_path, plain=True)
    patient = second.train()
    second.run_until(lambda: patient.finished)
    assert trials(second)[0].rung == 2
    second.die()


@pytest.mark.parametrize(
    ("rx", "seed", "reason"),
    [
        (RX, bytes(32), "not enrolled"),
        (msgspec.structs.replace(RX, station="s-2"), None, "for station s-2"),
        (msgspec.structs.replace(RX, subj="p-2"), None, "for patient p-2"),
        (msgspec.structs.replace(RX, expires="2021-01-01T00:00:00Z"), None, "expired"),
        (
            msgspec.structs.replace(RX, exercises=(Exercise(routine="single-leg", rung=9, side="left"),)),
            None,
            "rungs 1 to",
        ),
    ],
)
def test_a_prescription_that_does_not_fit_changes_nothing_and_is_answered(
    station: VirtualStation, rx: Prescription, seed: bytes | None, reason: str
) -> None:
    document = station.prescribe(rx) if seed is None else station.prescribe(rx, seed)
    station.say(Prescribe(document=document))
    station.run(0.1)
    (reply,) = replies(station)
    assert reply.state == "rejected"
    assert reason in reply.reason


def test_a_replayed_older_prescription_is_refused(station: VirtualStation) -> None:
    take(station, msgspec.structs.replace(RX, version=2))
    take(station, RX)
    assert replies(station)[-1].state == "rejected"
    assert "not newer" in replies(station)[-1].reason


def test_the_same_prescription_again_is_answered_and_changes_nothing(station: VirtualStation) -> None:
    take(station, RX)
    take(station, RX)
    assert [r.state for r in replies(station)] == ["received", "applied", "applied"]


def test_an_expired_prescription_falls_back_to_supported_standing(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True)
    take(first, RX)
    first.die()
    second = VirtualStation(tmp_path, plain=True, today=datetime(2100, 1, 1, tzinfo=UTC))
    patient = second.train()
    second.run_until(lambda: patient.finished)
    assert (trials(second)[0].routine, trials(second)[0].rung) == ("supported-standing", 1)
    second.die()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"limits": Limits(hardest_rung={"supported-standing": 1}, longest_validity_days=36500)},
            "limit of 1",
        ),
        ({"subj": "p-2"}, "belongs to p-2"),
    ],
)
def test_a_kept_prescription_is_held_against_the_device_as_it_is_now(
    tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    first = VirtualStation(tmp_path, plain=True)
    take(first, RX)
    first.die()
    second = VirtualStation(tmp_path, plain=True, **changed)
    assert second.course().today.plan[0].rung_number == 1
    assert reason in replies(second)[-1].reason
    second.die()


def test_the_first_version_of_the_next_patient_is_not_called_older(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True)
    take(first, msgspec.structs.replace(RX, version=7))
    first.die()
    second = VirtualStation(tmp_path, plain=True, subj="p-2")
    take(second, msgspec.structs.replace(RX, subj="p-2"))
    assert replies(second)[-1].state == "applied"
    second.die()
    third = VirtualStation(tmp_path, plain=True, subj="p-2")
    assert third.course().today.plan[0].rung_number == 2
    third.die()


def test_a_clock_that_was_set_back_makes_no_prescription_valid_again(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True, today=datetime(2098, 12, 30, tzinfo=UTC))
    take(first, RX)
    first.run(3)
    first.say(Press(button="start"))
    first.run(0.1)
    first.die()
    second = VirtualStation(tmp_path, plain=True, today=datetime(2099, 1, 2, tzinfo=UTC))
    second.run(3)
    second.say(Press(button="start"))
    second.run(0.1)
    second.die()
    third = VirtualStation(tmp_path, plain=True, today=datetime(1970, 1, 1, tzinfo=UTC))
    third.run(3)
    third.say(Press(button="start"))
    third.run(0.1)
    assert third.course().today.plan[0].rung_number == 1
    third.die()


def answer_all(station: VirtualStation, **answers: bool | int) -> None:
    station.run(3)
    station.say(Press(button="start"))
    station.run(0.1)
    if station.course().phase == "message":
        station.say(Press(button="start"))
        station.run(0.1)
    while (question := station.course().question) and station.course().phase == "checkin":
        value = answers.get(question.key, {"pain": 2, "support": True}.get(question.key, False))
        station.say(Answer(key=question.key, value=value))
        station.run(0.05)


def try_again(station: VirtualStation) -> None:
    """Read the page away and press Start once more."""
    for _ in range(2):
        station.say(Press(button="start"))
        station.run(0.1)


def test_pain_above_the_limit_ends_training_for_the_day_also_after_a_restart(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True)
    answer_all(first, pain=9)
    try_again(first)
    assert first.course().phase == "blocked"
    first.die()
    second = VirtualStation(tmp_path, plain=True)
    second.run(3)
    second.say(Press(button="start"))
    second.run(0.1)
    assert second.course().phase == "blocked"
    assert any("9 of 10" in words for words in second.course().words)
    second.die()


def test_the_uplink_is_told_while_somebody_trains_and_when_nobody_does_any_more(
    station: VirtualStation,
) -> None:
    answer_all(station, dizzy=True)
    told = [notice.training for notice in station.heard if isinstance(notice, Health)]
    assert told[-2:] == [True, False], "begun, and ended by the red flag"


def test_the_emergency_advice_is_shown_again_at_the_next_start(station: VirtualStation) -> None:
    answer_all(station, bladder=True)
    try_again(station)
    assert any("emergency number" in words for words in station.course().words)


def test_a_red_flag_holds_although_the_database_takes_nothing(station: VirtualStation) -> None:
    station.run(3)
    with locked(station):
        answer_all(station, dizzy=True)
        assert station.course().phase == "blocked"
        try_again(station)
        assert station.course().phase == "blocked"
    station.run(0.1)
    station.service._recorder._later._retry_at_s = 0
    station.run(0.1)
    assert events(station) == ["red_flag"]
    assert sessions(station)[0].ended_by == "red_flag"


@contextmanager
def locked(station: VirtualStation) -> Iterator[None]:
    """Keep everybody else from writing into the database."""
    other = sqlite3.connect(station.folder / "station.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def test_a_locked_database_costs_no_result(station: VirtualStation) -> None:
    take(station, RX)
    patient = station.train()
    station.run_until(lambda: "hold_started" in station.kinds())
    with locked(station):
        station.run_until(lambda: patient.finished)
    station.service._recorder._later._retry_at_s = 0
    station.run(0.1)
    assert [trial.outcome for trial in trials(station)] == ["done"]
    assert sessions(station)[0].trials == 1
    assert list(station.folder.glob("trial-*")) == []
    assert sum("writes wait" in line for line in station.log) == 1, "told once, not for every write"


def test_a_locked_database_keeps_nobody_from_beginning_nor_a_programme_from_being_taken_up(
    station: VirtualStation,
) -> None:
    take(station, RX)
    station.run(3)
    with locked(station):
        answer_all(station)
        assert station.course().phase == "plan"
    station.service._recorder._later._retry_at_s = 0
    station.run(0.1)
    assert [r.state for r in replies(station)] == ["received", "applied"]


def test_a_programme_taken_up_while_the_database_is_locked_is_told_of_later(station: VirtualStation) -> None:
    take(station, RX)
    answer_all(station)
    take(station, msgspec.structs.replace(RX, version=2))
    with locked(station):
        station.say(Press(button="start"))
        station.run(0.3)
        assert station.course().phase == "setup"
    station.service._recorder._later._retry_at_s = 0
    station.run(0.1)
    assert (replies(station)[-1].rx_version, replies(station)[-1].state) == (2, "applied")


def test_a_disk_that_takes_no_trial_file_costs_no_result(
    station: VirtualStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(station, RX)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("station.session.trial_file.os.write", full)
    patient = station.train()
    station.run_until(lambda: patient.finished)
    assert [trial.outcome for trial in trials(station)] == ["done"]
    assert sum("memory only" in line for line in station.log) == 1


def test_a_trial_file_of_which_nothing_was_on_the_disk_yet_is_nothing_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "trial-x.part").touch()
    station = VirtualStation(tmp_path, plain=True)
    assert list(tmp_path.glob("trial-x.*")) == []
    assert not any("trial" in line for line in station.log)
    station.die()


@pytest.mark.parametrize("torn", [b"no json\n", b"{}\n" + bytes(64)])
def test_a_trial_file_that_cannot_be_read_is_set_aside_and_the_station_starts(
    tmp_path: Path, torn: bytes
) -> None:
    (tmp_path / "trial-x.part").write_bytes(torn)
    station = VirtualStation(tmp_path, plain=True)
    assert list(tmp_path.glob("*.part")) == []
    assert len(list(tmp_path.glob("trial-x.bad-*"))) == 1
    assert "cannot be read" in station.log[0]
    station.die()


def test_a_torn_record_costs_only_what_follows_it(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True)
    take(first, RX)
    first.train()
    first.run_until(lambda: "hold_started" in first.kinds())
    first.run(3)
    first.die()
    (part,) = tmp_path.glob("*.part")
    with part.open("ab") as file:
        file.write(b"\xff" * 160)
    second = VirtualStation(tmp_path, plain=True)
    (trial,) = trials(second)
    assert trial.hold_s == pytest.approx(3, abs=0.2)
    second.die()


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True)
    answer_all(first, pain=4)
    first.die()
    second = VirtualStation(tmp_path, plain=True)
    assert second.course().answers()["pain"] == 4
    second.die()


def test_a_session_broken_off_in_its_check_in_is_over(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True)
    first.run(3)
    first.say(Press(button="start"))
    first.run(0.1)
    first.say(Answer(key="numbness", value=False))
    first.run(0.1)
    first.die()
    second = VirtualStation(tmp_path, plain=True)
    assert [session.ended_by for session in sessions(second)] == ["interrupted"]
    assert second.course().phase == "welcome"
    second.die()


def test_nobody_else_may_read_the_database(station: VirtualStation) -> None:
    for file in station.folder.glob("station.sqlite3*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_can_be_simulated_on_a_real_board(wired: VirtualStation) -> None:
    wired.service._course.sim = False
    wired.say(Simulate(do="step_on"))
    wired.run(0.1)
    assert isinstance(wired.heard[-1], Refused)
    assert "real board" in wired.heard[-1].reason


WALK = Exercise(routine="heel-to-toe-walking", rung=1, attempts=1)


def test_an_exercise_beside_the_board_is_kept_without_a_trace(station: VirtualStation) -> None:
    take(station, msgspec.structs.replace(RX, exercises=(WALK,)))
    patient = station.train()
    station.run_until(lambda: patient.finished)
    (trial,) = trials(station)
    assert (trial.kind, trial.outcome, trial.hold_s) == ("steps", "done", 0)
    assert trial.measures == {"count": trial.count}
    assert station.bodies("raw") == []
    assert sessions(station)[0].trials == 1


def test_the_journal_goes_to_the_care_team_and_the_next_session_waits_for_its_gap(
    station: VirtualStation,
) -> None:
    take(station, msgspec.structs.replace(RX, exercises=(WALK,)))
    patient = station.train()
    station.run_until(lambda: patient.finished)
    station.say(Press(button="start"))
    station.run(0.1)
    station.say(Answer(key="walk_minutes", value=25))
    station.run(0.1)
    station.say(Press(button="stop"))
    station.run(0.1)
    (body,) = station.bodies("result/journal")
    journal = msgspec.json.decode(body, type=JournalResult)
    assert journal.session == sessions(station)[0].session
    assert journal.counts == {"walk_minutes": 25}
    assert journal.guided == {"heel-to-toe-walking": trials(station)[0].count}
    assert station.course().phase == "goodnight"
    for _ in range(2):
        station.say(Press(button="start"))
        station.run(0.1)
    assert station.course().phase == "blocked"
    assert "2 hours" in station.course().words[-1]


def test_whoever_stops_after_a_loss_of_power_ends_the_session_with_what_was_done(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True)
    take(first, RX)
    answer_all(first)
    first.die()
    second = VirtualStation(tmp_path, plain=True)
    assert second.course().phase == "pause"
    second.run(0.2)
    second.say(Press(button="stop"))
    second.run(0.1)
    for key, value in (("pain_after", 2), ("effort", 3), ("swollen", False)):
        second.say(Answer(key=key, value=value))
        second.run(0.1)
    (session,) = sessions(second)
    assert (session.ended_by, session.trials, session.answers["pain"]) == ("stopped", 0, 2)
    second.die()
