"""A simulated patient in one session: the body follows the exercise, and has its bad moments."""

import pytest

from station.rehearse.patient import Patient
from station.rehearse.play import Played, play_person
from station.rehearse.request import Asked, prescription_of, programme_for
from station.rehearse.spec import Spec, read_spec
from station.training.routine import Side

STRONG = Spec(age=30, hands_percent=0, seed=2)


def played(
    routine: str, rung: int, side: Side | None = None, *, spec: Spec = STRONG, hold_s: float | None = None
) -> Played:
    rx = prescription_of(Asked(routine, rung, side, hold_s))
    return play_person(Patient(spec), programme_for(rx))


def kinds(played: Played) -> list[str]:
    return [event.kind for event in played.events]


def test_calf_raises_are_counted_as_they_are_done() -> None:
    (trial,) = played("calf-raises", 1).trials
    assert (trial.result.outcome, trial.result.count) == ("done", 15)


def test_a_body_leans_to_the_targets_it_is_shown() -> None:
    (trial,) = played("weight-shift", 1).trials
    assert (trial.result.outcome, trial.result.count) == ("done", 4)


def test_nobody_leans_further_than_they_can() -> None:
    (trial,) = played("limits-of-stability", 1).trials
    reached = [mm for name, mm in trial.result.measures.items() if name.startswith("reach_")]
    assert len(reached) >= 8
    assert 20 < min(reached) < max(reached) < 130


def test_the_hands_carry_what_the_rung_lets_them_rest() -> None:
    (trial,) = played("supported-standing", 1, hold_s=5).trials
    assert trial.result.support.mean_percent == pytest.approx(16, abs=1)
    (trial,) = played("supported-standing", 4, hold_s=5).trials
    assert trial.result.support.mean_percent == pytest.approx(0, abs=1)


def test_who_needs_more_from_the_hands_than_the_rung_allows_does_not_hold_it() -> None:
    found = played("supported-standing", 3, spec=Spec(hands_percent=30), hold_s=5)
    assert "support_over" in kinds(found)
    assert found.trials[0].result.outcome == "lost"


def test_a_tired_leg_puts_the_other_foot_down() -> None:
    found = played("single-leg", 1, "left", spec=Spec(hands_percent=0, one_leg_s=2), hold_s=30)
    assert "touch_down" in kinds(found)
    assert found.trials[0].result.outcome == "lost"


def test_a_stumble_is_caught_and_ends_the_day() -> None:
    found = played("supported-standing", 1, spec=Spec(stumble_day=1))
    assert "stumble" in kinds(found)
    assert found.ended is not None
    assert found.ended.ended_by == "stopped"


def test_a_fall_that_is_answered_is_no_alarm() -> None:
    found = played("supported-standing", 1, spec=Spec(fall_day=1, answers_after_fall=True))
    assert "all_right_answered" in kinds(found)
    assert "possible_fall" not in kinds(found)


def test_an_exercise_beside_the_board_takes_its_time_and_is_counted() -> None:
    found = played("walk", 1)
    assert found.trials[0].result.count == 5
    assert found.lasted_s > 300


def test_patients_get_better_and_a_painful_week_sets_them_back() -> None:
    spec = Spec(age=70, painful_week=3, pain=2)
    first, later, painful = Patient(spec, 1), Patient(spec, 14), Patient(spec, 15)
    assert later.sway_factor < first.sway_factor
    assert painful.sway_factor > later.sway_factor
    assert painful.painful


@pytest.mark.parametrize("rest_days", range(7))
def test_rest_days_are_as_many_as_wanted(rest_days: int) -> None:
    spec = Spec(rest_days_a_week=rest_days)
    assert sum(not Patient(spec, day).trains for day in range(1, 8)) == rest_days


def test_older_people_sway_more_and_stand_shorter_on_one_leg() -> None:
    young, old = Spec(age=30), Spec(age=80)
    assert young.sways < old.sways
    assert young.stands_on_one_leg_s > old.stands_on_one_leg_s


def test_words_on_the_command_line_need_no_quotes() -> None:
    spec = read_spec("age=70, stance=semi-tandem,answers.numbness=true,answers_after_fall=true")
    assert (spec.age, spec.stance, spec.answers, spec.answers_after_fall) == (
        70, "semi-tandem", {"numbness": True}, True,
    )  # fmt: skip
