"""Weeks of training in virtual time: every change has its reason, and no alarm stays on the station."""

import io
import json
from pathlib import Path

import msgspec
import pytest

from station.__main__ import main
from station.rehearse.days import Weeks, rehearse_days
from station.rehearse.request import read_prescription
from station.rehearse.spec import Spec, read_spec
from station.rehearse.story import document_of_days, write_story
from station.training.prescription import Exercise, Prescription
from station.training.words import HELD_WORDS

EXAMPLES = Path(__file__).parents[1] / "docs/examples"


def rx(**more: object) -> Prescription:
    exercise = Exercise(routine="supported-standing", rung=1, attempts=1, hold_s=3, rest_s=5)
    told = {
        "version": 1, "station": "s", "subj": "p", "issued": "2026-05-04T07:00:00Z",
        "expires": "2026-08-03T07:00:00Z", "exercises": (exercise,), **more,
    }  # fmt: skip
    return Prescription(**told)  # type: ignore[arg-type]


SOUND = Spec(seed=3, pain=2, hands_percent=5)


def decided(weeks: Weeks) -> list[tuple[int, str, int]]:
    return [
        (day.number, decision.kind, decision.to_rung)
        for day in weeks.days
        for session in day.sessions
        for decision in session.decisions
    ]


def test_good_days_are_proposed_and_what_the_therapist_accepts_is_trained() -> None:
    weeks = rehearse_days(SOUND, rx(), 9)
    (day, kind, rung) = decided(weeks)[0]
    assert (kind, rung) == ("propose", 2)
    accepted = next(d.number for d in weeks.days if d.accepted)
    assert accepted >= day + 1
    assert weeks.last.version == 2
    assert {t.rung for d in weeks.days[accepted - 1 :] for s in d.sessions for t in s.trials} == {2}


def test_without_a_therapist_nothing_gets_harder() -> None:
    weeks = rehearse_days(Spec(seed=3, pain=2, hands_percent=5, therapist_days=-1), rx(), 9)
    assert [kind for _, kind, _ in decided(weeks)] == ["propose"]
    assert weeks.last.version == 1
    assert weeks.days[-1].rungs == [1]


def test_a_stumble_is_told_and_eases() -> None:
    weeks = rehearse_days(
        Spec(seed=3, pain=2, hands_percent=5, stumble_day=2),
        rx(exercises=(Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=10),)),
        3,
    )
    (session,) = weeks.days[1].sessions
    assert "stumble" in [event.kind for event in session.reports]
    assert decided(weeks)[0][:2] == (2, "ease")
    assert weeks.days[1].rungs == [1]


def test_pain_that_rises_and_pain_above_the_limit_are_told_and_ease() -> None:
    painful = Spec(seed=3, pain=3, painful_week=1, painful_by=3, hands_percent=5, rest_days_a_week=0)
    weeks = rehearse_days(painful, rx(pain_limit=7), 1)
    assert [event.kind for event in weeks.days[0].sessions[0].reports] == ["pain_up"]
    weeks = rehearse_days(painful, rx(pain_limit=3), 1)
    (session,) = weeks.days[0].sessions
    assert [event.kind for event in session.reports] == ["pain_stop"]
    assert session.trials == ()


def test_a_fall_without_an_answer_is_told() -> None:
    weeks = rehearse_days(
        Spec(seed=3, hands_percent=5, fall_day=1),
        rx(exercises=(Exercise(routine="supported-standing", rung=2, attempts=2, hold_s=10),)),
        1,
    )
    kinds = [event.kind for event in weeks.days[0].sessions[0].reports]
    assert "possible_fall" in kinds
    assert kinds.index("possible_fall") < kinds.index("all_right_answered")


def test_after_a_fall_without_an_answer_training_waits_for_the_therapist() -> None:
    falls = Spec(seed=3, hands_percent=5, fall_day=1, therapist_days=2, rest_days_a_week=0)
    short = rx(exercises=(Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=5),))
    weeks = rehearse_days(falls, short, 3)
    assert [len(day.sessions) for day in weeks.days] == [1, 0, 1]
    assert weeks.days[1].enough == HELD_WORDS
    assert weeks.days[2].answered
    assert weeks.last.version == 2
    assert weeks.days[2].rungs == [1], "signed as it was eased"
    never = rehearse_days(msgspec.structs.replace(falls, therapist_days=-1), short, 3)
    assert [len(day.sessions) for day in never.days] == [1, 0, 0]


def test_a_missed_week_and_rest_days_are_days_without_training() -> None:
    weeks = rehearse_days(Spec(seed=3, hands_percent=5, missed_week=2), rx(), 14)
    assert [day.away for day in weeks.days[7:]] == ["missed"] * 7
    assert [day.away for day in weeks.days[:7]].count("rests") == 2
    out = io.StringIO()
    write_story(weeks, rx(), out)
    story = out.getvalue()
    assert "Day 13, Sat 16 May: does not train.\n  TOLD: has not trained for 7 days." in story
    assert story.count("has not trained") == 1


def test_the_station_lets_nobody_train_more_than_is_prescribed() -> None:
    eager = Spec(seed=3, hands_percent=5, sessions_a_day=3, rest_days_a_week=0)
    weeks = rehearse_days(eager, rx(sessions_a_day=1), 7)
    assert [len(day.sessions) for day in weeks.days] == [1] * 6 + [0]
    assert all(day.enough for day in weeks.days)


def test_the_same_patient_has_the_same_weeks() -> None:
    documents = [json.dumps(document_of_days(rehearse_days(SOUND, rx(), 3))) for _ in range(2)]
    assert documents[0] == documents[1]


def test_the_example_is_a_story_in_which_every_change_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    person, prescribed = EXAMPLES / "microdiscectomy.toml", EXAMPLES / "microdiscectomy-rx.toml"
    spec = read_spec(str(person))
    assert None not in (spec.painful_week, spec.missed_week, spec.stumble_day)
    assert read_prescription(prescribed).surgery == "microdiscectomy"
    assert main(["rehearse", "--person", str(person), "--prescription", str(prescribed), "--days", "1"]) == 0
    told = capsys.readouterr().out
    assert "Simulated" in told
    assert "supported standing, rung 1: 2 of 2 done" in told
    assert "walk, rung 1: 1 of 1 done; counted 5" in told
