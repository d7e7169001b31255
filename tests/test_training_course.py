"""The course of a session: nothing skipped, stop always one press, red flags obeyed."""

import dataclasses
from typing import Literal

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from station.training.caps import Allowance
from station.training.course import Course
from station.training.ended import (
    CountEnded,
    JournalEnded,
    Outcome,
    SessionEnded,
    SessionStarted,
    TrialEnded,
)
from station.training.outcome import Happening
from station.training.prescription import Exercise, Prescription
from station.training.programme import Programme, fallback_programme, programme_of
from station.training.questions import CHECK_IN
from station.training.routine import shipped_routines
from station.training.view import snapshot_of
from tests.standing import Board

GOOD_DAY: dict[str, bool | int] = {"support": True, "pain": 2, "pain_after": 2, "effort": 3}


def prescribed(*exercises: Exercise, version: int = 1, note: str = "") -> Programme:
    rx = Prescription(
        version=version,
        station="s",
        subj="p",
        issued="2026-01-01T00:00:00Z",
        expires="2027-01-01T00:00:00Z",
        exercises=exercises,
        note=note,
    )
    return programme_of(rx, shipped_routines())


STANDING = Exercise(routine="supported-standing", rung=1, attempts=2, hold_s=5, rest_s=5)
HARDER = msgspec.structs.replace(STANDING, rung=3)
SINGLE = Exercise(routine="single-leg", rung=1, side="left", attempts=1, rest_s=5)


class Session:
    """A course, a board and somebody who does what the screen says."""

    def __init__(self, programme: Programme | None = None) -> None:
        programme = programme or fallback_programme(shipped_routines())
        self.adopted: list[int | None] = []
        self.course = Course(
            programme,
            plate_mm=(400, 400),
            sim=True,
            adopted=lambda p: self.adopted.append(p.rx_version),
        )
        self.course.ready = True
        self.board = Board()
        self.outcomes: list[Outcome] = []

    def phase(self) -> str:
        return self.course.phase

    def press(self, button: str = "start") -> None:
        self.outcomes += self.course.on_press("start" if button == "start" else "stop")

    def answer(self, **answers: bool | int) -> None:
        """Answer the questions on the screen: as given, else as on a good day."""
        phase = self.course.phase
        while (question := snapshot_of(self.course, None).question) and self.course.phase == phase:
            value = answers.get(question.key, GOOD_DAY.get(question.key, False))
            self.outcomes += self.course.on_answer(question.key, value)

    def stand(self, seconds: float) -> None:
        for sample in self.board.stand(seconds):
            self.outcomes += self.course.on_sample(sample)

    def leave(self, seconds: float) -> None:
        for sample in self.board.empty(seconds):
            self.outcomes += self.course.on_sample(sample)

    def to_plan(self) -> None:
        self.press()
        self.answer()
        assert self.course.phase == "plan"

    def to_hold(self) -> None:
        self.to_plan()
        self.press()
        self.press()
        self.stand(8)
        assert self.course.phase == "hold"

    def ended(self) -> SessionEnded:
        (ended,) = (o for o in self.outcomes if isinstance(o, SessionEnded))
        return ended

    def trials(self) -> list[TrialEnded]:
        return [o for o in self.outcomes if isinstance(o, TrialEnded)]

    def kinds(self) -> list[str]:
        return [o.kind for o in self.outcomes if isinstance(o, Happening)]


def test_a_whole_session_runs_from_welcome_to_summary() -> None:
    session = Session(prescribed(STANDING, SINGLE))
    session.to_plan()
    session.press()
    for _ in range(3):
        if session.phase() == "setup":
            session.press()
        session.stand(20)
        session.leave(12)
    session.answer()
    assert session.phase() == "summary"
    assert [(t.planned.routine.routine, t.outcome) for t in session.trials()] == [
        ("supported-standing", "done"),
        ("supported-standing", "done"),
        ("single-leg", "done"),
    ]
    assert session.ended().ended_by == "finished"
    assert session.ended().trials == 3
    assert isinstance(session.outcomes[0], SessionStarted)


def test_without_a_zero_of_the_board_no_session_begins() -> None:
    session = Session()
    session.course.ready = False
    session.press()
    assert session.phase() == "welcome"
    assert "empty" in (snapshot_of(session.course, None).board_fault or "")


@pytest.mark.parametrize("key", [q.key for q in CHECK_IN if q.stops_on is not None])
def test_every_red_flag_stops_training_and_alerts(key: str) -> None:
    session = Session()
    session.press()
    session.answer(**{key: True})
    assert session.phase() == "blocked"
    assert session.kinds() == ["red_flag"]
    assert session.ended().ended_by == "red_flag"
    session.press()
    session.press()
    assert session.phase() == "blocked", "no second try on the same day"


def test_losing_bladder_control_says_emergency() -> None:
    session = Session()
    session.press()
    session.answer(bladder=True)
    assert any("emergency" in words for words in snapshot_of(session.course, None).words)


def test_pain_above_the_limit_is_no_training() -> None:
    session = Session()
    session.press()
    session.answer(pain=6)
    assert session.phase() == "blocked"
    assert session.kinds() == ["pain_stop"]


def test_the_answer_no_to_support_never_leads_on() -> None:
    session = Session()
    session.press()
    course = session.course
    for question in CHECK_IN[:-1]:
        course.on_answer(question.key, GOOD_DAY.get(question.key, False))
    for _ in range(3):
        course.on_answer("support", False)
        assert course.phase == "checkin"
        shown = snapshot_of(course, None).question
        assert shown is not None
        assert "chair" in shown.text
    course.on_answer("support", True)
    assert course.phase == "plan"


def test_no_question_can_be_skipped_by_answering_a_later_one() -> None:
    session = Session()
    session.press()
    session.course.on_answer("support", True)
    session.press()
    shown = snapshot_of(session.course, None).question
    assert shown is not None
    assert shown.number == 1


def test_an_answer_of_the_wrong_kind_is_ignored() -> None:
    session = Session()
    session.press()
    session.course.on_answer("numbness", 0)
    shown = snapshot_of(session.course, None).question
    assert shown is not None
    assert shown.key == "numbness"


def test_stop_in_a_hold_keeps_the_trial_and_asks_how_it_was() -> None:
    session = Session()
    session.to_hold()
    session.press("stop")
    assert session.phase() == "checkout"
    assert [t.outcome for t in session.trials()] == ["stopped"]
    session.answer()
    assert session.ended().ended_by == "stopped"


def test_an_attempt_broken_off_by_the_board_is_offered_again() -> None:
    session = Session()
    session.to_hold()
    for sample in session.board.broken(2):
        session.outcomes += session.course.on_sample(sample)
    assert [t.outcome for t in session.trials()] == ["fault"]
    session.leave(30)
    assert session.phase() == "step_on"
    session.stand(30)
    assert [t.outcome for t in session.trials()] == ["fault", "done"]


def test_pain_that_rose_by_two_is_told_to_the_care_team() -> None:
    session = Session()
    session.to_hold()
    session.press("stop")
    session.answer(pain_after=4)
    assert "pain_up" in session.kinds()


def test_nobody_there_ends_the_session_kindly() -> None:
    session = Session()
    session.to_plan()
    session.leave(601)
    assert session.phase() == "welcome"
    assert session.ended().ended_by == "away"


def test_a_new_prescription_waits_until_the_exercise_is_over() -> None:
    session = Session(prescribed(STANDING))
    session.to_hold()
    session.course.prescribe(prescribed(SINGLE, version=2))
    session.stand(1)
    assert session.adopted == []
    assert session.course.today.planned.routine.routine == "supported-standing"
    session.stand(10)
    session.leave(12)
    session.stand(12)
    session.leave(12)
    assert session.adopted == [2]
    assert session.course.today.planned.routine.routine == "single-leg"


def test_a_prescription_in_the_last_rest_that_leaves_nothing_to_do_ends_the_session_well() -> None:
    session = Session(prescribed(STANDING, SINGLE))
    session.to_hold()
    session.stand(12)
    session.leave(12)
    session.stand(12)
    session.leave(6)
    session.course.prescribe(prescribed(STANDING, version=2))
    session.leave(6)
    assert session.phase() == "checkout"


def test_an_exercise_prescribed_twice_is_done_twice() -> None:
    session = Session(prescribed(SINGLE))
    session.to_hold()
    session.course.prescribe(prescribed(SINGLE, SINGLE, version=2))
    session.stand(12)
    session.leave(12)
    assert [p.routine.routine for p in session.course.today.plan] == ["single-leg"] * 2


def test_the_therapists_note_is_shown_at_the_next_check_in_once() -> None:
    session = Session(prescribed(STANDING))
    session.course.prescribe(prescribed(STANDING, version=2, note="Well done last week."))
    session.press()
    assert snapshot_of(session.course, None).note == "Well done last week."
    session.answer()
    assert snapshot_of(session.course, None).note == ""


def test_a_broken_board_shows_a_calm_sentence_and_no_numbers() -> None:
    session = Session()
    session.to_hold()
    for sample in session.board.broken(0.45):
        session.outcomes += session.course.on_sample(sample)
    snapshot = snapshot_of(session.course, None)
    assert snapshot.board_fault
    assert snapshot.live.x_mm is None
    assert snapshot.live.load_n is None


def fallen(within_s: float = 0.1) -> Session:
    """Somebody whose load is gone at once in the middle of a hold."""
    session = Session()
    session.to_hold()
    session.leave(within_s)
    return session


def test_load_gone_at_once_and_nobody_back_in_10_s_asks_are_you_all_right() -> None:
    session = fallen(9.8)
    assert "all_right_asked" not in session.kinds()
    session.leave(0.4)
    assert session.phase() == "all_right"
    assert "possible_fall" not in session.kinds()


def test_no_answer_in_30_s_is_told_to_the_care_team_once_and_the_question_stays() -> None:
    session = fallen(10.2)
    session.leave(29.5)
    assert "possible_fall" not in session.kinds()
    session.leave(600)
    assert session.kinds().count("possible_fall") == 1
    assert session.phase() == "all_right"
    assert any("care team" in words for words in snapshot_of(session.course, None).words)


@pytest.mark.parametrize("button", ["start", "stop"])
def test_an_answer_ends_the_question_and_the_session_gently(button: str) -> None:
    session = fallen(11)
    session.press(button)
    assert session.phase() == "checkout"
    session.answer()
    assert session.ended().ended_by == "stopped"
    assert "possible_fall" not in session.kinds()


def test_standing_on_the_board_is_no_answer_once_asked() -> None:
    session = fallen(11)
    session.stand(35)
    assert "possible_fall" in session.kinds()


def test_whoever_is_back_within_10_s_is_not_asked() -> None:
    session = fallen(4)
    session.stand(1)
    session.leave(60)
    assert "all_right_asked" not in session.kinds()


def test_whoever_presses_a_button_within_10_s_is_not_asked() -> None:
    session = fallen(4)
    session.press()
    session.leave(60)
    assert "all_right_asked" not in session.kinds()


def test_whoever_answers_a_question_within_10_s_is_not_asked() -> None:
    session = Session(prescribed(Exercise(routine="supported-standing", rung=1, attempts=1)))
    session.to_hold()
    session.leave(7)
    assert session.phase() == "checkout"
    session.outcomes += session.course.on_answer("pain_after", 2)
    session.leave(60)
    assert "all_right_asked" not in session.kinds()


def test_a_fourth_board_fault_is_not_promised_to_be_done_again() -> None:
    session = Session()
    session.to_plan()
    session.press()
    session.press()
    for number in range(4):
        session.stand(8)
        for sample in session.board.broken(1):
            session.outcomes += session.course.on_sample(sample)
        again = "again" in session.course.today.results[-1].sentence
        assert again is (number < 3)
        session.leave(30)
    assert session.phase() == "checkout"


def test_stepping_off_slowly_is_no_possible_fall() -> None:
    session = Session()
    session.to_hold()
    for share in (0.58, 0.5, 0.4, 0.3, 0.25):
        for sample in session.board.stand(0.15, load_n=share * 600):
            session.outcomes += session.course.on_sample(sample)
    session.leave(60)
    assert "all_right_asked" not in session.kinds()


def test_a_board_that_falls_silent_is_no_possible_fall() -> None:
    session = Session()
    session.to_hold()
    for sample in session.board.broken(60):
        session.outcomes += session.course.on_sample(sample)
    assert "all_right_asked" not in session.kinds()


def test_a_board_that_falls_silent_after_a_fall_still_asks() -> None:
    session = fallen(2)
    for sample in session.board.broken(60):
        session.outcomes += session.course.on_sample(sample)
    assert "possible_fall" in session.kinds()


def test_start_on_the_board_pauses_and_what_was_held_is_kept() -> None:
    session = Session(prescribed(STANDING))
    session.to_hold()
    session.stand(2)
    session.press()
    assert session.phase() == "pause"
    assert [t.outcome for t in session.trials()] == ["stopped"]
    session.press()
    session.answer(pain_now=2)
    assert session.phase() == "setup"
    assert session.course.today.attempt_number == 1, "the attempt is done again"


@pytest.mark.parametrize("seconds", [0.1, 1, 4, 8])
def test_pause_works_by_its_own_button_wherever_one_trains(seconds: float) -> None:
    session = Session(prescribed(STANDING))
    session.to_plan()
    session.press()
    session.press()
    session.stand(seconds)
    session.outcomes += session.course.on_press("pause")
    assert session.phase() == "pause"
    session.press("stop")
    assert session.phase() == "checkout"


def test_pain_that_rose_by_two_in_a_pause_stops_and_is_told_once() -> None:
    session = Session(prescribed(STANDING))
    session.to_hold()
    session.press()
    session.press()
    session.answer(pain_now=4)
    assert session.phase() == "checkout"
    session.answer()
    assert session.kinds().count("pain_up") == 1
    assert session.ended().ended_by == "pain"
    assert "pain went up" in " ".join(snapshot_of(session.course, None).words)


def test_pain_above_the_limit_in_a_pause_is_no_more_training_today() -> None:
    session = Session(prescribed(STANDING))
    session.to_hold()
    session.press()
    session.press()
    session.answer(pain_now=6)
    assert session.phase() == "blocked"
    assert {"pain_up", "pain_stop"} <= set(session.kinds())
    session.press()
    session.press()
    assert session.phase() == "blocked"


def test_a_board_left_alone_waits_and_then_ends_kindly() -> None:
    session = Session(prescribed(STANDING))
    session.to_plan()
    session.press()
    session.press()
    session.leave(121)
    assert session.phase() == "pause"
    session.leave(601)
    assert session.phase() == "welcome"
    assert session.ended().ended_by == "away"


def test_what_a_day_allows_is_said_and_no_session_begins() -> None:
    session = Session(prescribed(STANDING))
    session.course.allowance = Allowance(sessions_today=2, since_last_s=9000)
    session.press()
    assert session.phase() == "blocked"
    assert "tomorrow" in snapshot_of(session.course, None).words[-1]
    assert session.outcomes == []
    session.leave(121)
    assert session.phase() == "welcome"


def test_the_minutes_of_the_day_end_a_session_between_two_exercises() -> None:
    session = Session(prescribed(STANDING, SINGLE))
    session.course.allowance = Allowance(sessions_today=1, minutes_today=29.9, since_last_s=9000)
    session.to_hold()
    for _ in range(2):
        session.stand(12)
        session.leave(12)
    assert session.phase() == "checkout"
    assert "minutes_reached" in session.kinds()


WALKING = Exercise(routine="heel-to-toe-walking", rung=1, attempts=1)


def test_an_exercise_beside_the_board_is_counted_by_the_person() -> None:
    session = Session(prescribed(WALKING))
    session.to_plan()
    session.press()
    assert session.phase() == "guided"
    session.press()
    question = session.course.question
    assert question is not None
    assert (question.kind, question.key) == ("count", "count")
    session.outcomes += session.course.on_answer("count", question.usual)
    (counted,) = (o for o in session.outcomes if isinstance(o, CountEnded))
    assert (counted.count, counted.outcome) == (question.usual, "done")
    session.press()
    session.answer()
    assert session.ended().trials == 1


def test_a_count_beyond_what_can_be_is_not_taken() -> None:
    session = Session(prescribed(WALKING))
    session.to_plan()
    session.press()
    session.press()
    for value in (-1, 10_000, True):
        assert session.course.on_answer("count", value) == []
    assert session.phase() == "guided"


def weighed(session: Session, load_n: float) -> None:
    session.to_plan()
    session.press()
    session.press()
    for _ in range(2):
        for sample in session.board.stand(5, load_n=load_n):
            session.outcomes += session.course.on_sample(sample)


def test_a_weight_much_less_than_last_time_is_asked_about_then_marked_and_told() -> None:
    session = Session(prescribed(STANDING))
    session.course.known_weight_n = 800
    weighed(session, 600)
    assert session.kinds().count("weighed_light") == 1
    assert session.kinds().count("weight_doubtful") == 1
    session.stand(10)
    assert [t.weight_doubtful for t in session.trials()] == [True]


def test_a_weight_like_last_time_is_not_doubted() -> None:
    session = Session(prescribed(STANDING))
    session.course.known_weight_n = 640
    weighed(session, 600)
    assert "weight_doubtful" not in session.kinds()


def test_hands_taken_off_when_asked_leave_no_doubt() -> None:
    session = Session(prescribed(STANDING))
    session.course.known_weight_n = 800
    session.to_plan()
    session.press()
    session.press()
    while "weighed_light" not in session.kinds():
        for sample in session.board.stand(0.1, load_n=600):
            session.outcomes += session.course.on_sample(sample)
    assert "hands off" in snapshot_of(session.course, None).words[0]
    for sample in session.board.stand(12, load_n=790):
        session.outcomes += session.course.on_sample(sample)
    assert "weight_doubtful" not in session.kinds()
    assert session.course.today.body_weight_n == pytest.approx(790)


def test_the_journal_follows_the_summary_and_keeps_what_was_chosen() -> None:
    session = Session(prescribed(STANDING))
    session.course.ask_goal = True
    session.to_hold()
    session.press("stop")
    session.answer()
    session.press()
    assert session.phase() == "journal"
    for key, value in (("walk_minutes", 20), ("walk_distance", 1), ("walk_hard", 2), ("exercises", 0)):
        session.outcomes += session.course.on_answer(key, value)
    session.press("stop")
    (journal,) = (o for o in session.outcomes if isinstance(o, JournalEnded))
    assert journal.counts == {"walk_minutes": 20}
    assert journal.choices == {
        "walk_distance": "up to 100 metres",
        "walk_hard": "my back",
        "exercises": "none",
    }
    assert session.phase() == "welcome"


def test_who_has_not_walked_is_not_asked_how_far() -> None:
    session = Session(prescribed(STANDING))
    session.to_hold()
    session.press("stop")
    session.answer()
    session.press()
    session.outcomes += session.course.on_answer("walk_minutes", 0)
    question = session.course.question
    assert question is not None
    assert question.key == "exercises"


def test_somebody_near_is_asked_where_the_prescription_wants_it_and_no_does_not_lead_on() -> None:
    programme = dataclasses.replace(prescribed(STANDING), somebody_near=True)
    session = Session(programme)
    session.press()
    course = session.course
    for question in CHECK_IN:
        course.on_answer(question.key, GOOD_DAY.get(question.key, False))
    course.on_answer("somebody", False)
    assert session.phase() == "checkin"
    course.on_answer("somebody", True)
    assert session.phase() == "plan"


def test_overdoing_it_is_asked_at_the_next_check_in_and_told() -> None:
    session = Session(prescribed(STANDING))
    session.course.allowance = Allowance(since_last_s=86_400)
    session.press()
    session.answer(overdone=True)
    assert session.phase() == "plan"
    assert session.kinds() == ["overdone"]


def test_after_too_much_today_is_one_rung_easier_at_once_also_after_a_loss_of_power() -> None:
    programme = prescribed(msgspec.structs.replace(STANDING, rung=2), msgspec.structs.replace(SINGLE, rung=3))
    session = Session(programme)
    session.course.allowance = Allowance(since_last_s=86_400)
    session.press()
    session.answer(overdone=True)
    assert [planned.rung_number for planned in session.course.today.plan] == [1, 2]
    progress = session.course.progress()
    assert progress is not None
    second = Session(programme)
    second.course.offer_to_go_on(progress, lambda: True)
    assert [planned.rung_number for planned in second.course.today.plan] == [1, 2]


def test_a_session_goes_on_where_it_was_after_a_loss_of_power() -> None:
    first = Session(prescribed(STANDING, SINGLE))
    first.to_hold()
    for _ in range(2):
        first.stand(12)
        first.leave(12)
    progress = first.course.progress()
    assert progress is not None
    second = Session(prescribed(STANDING, SINGLE))
    second.course.offer_to_go_on(progress, lambda: True)
    assert second.phase() == "pause"
    second.press()
    second.answer(pain_now=2)
    assert second.phase() == "setup"
    assert second.course.today.planned.routine.routine == "single-leg"
    assert second.course.today.trials == 2


def test_a_check_in_that_is_too_old_is_asked_again_before_going_on() -> None:
    first = Session(prescribed(STANDING, SINGLE))
    first.to_hold()
    progress = first.course.progress()
    assert progress is not None
    second = Session(prescribed(STANDING, SINGLE))
    second.course.offer_to_go_on(progress, lambda: False)
    second.press()
    assert second.phase() == "checkin"
    second.answer(dizzy=True)
    assert second.phase() == "blocked"


def test_a_possible_fall_that_was_not_answered_is_asked_again_after_a_loss_of_power() -> None:
    progress = fallen(11).course.progress()
    assert progress is not None
    second = Session()
    second.course.offer_to_go_on(progress, lambda: True)
    assert second.phase() == "all_right"
    second.leave(45)
    assert "possible_fall" in second.kinds()


@pytest.mark.parametrize(("told", "seconds"), [(False, 3), (False, 11), (True, 45)])
def test_a_loss_of_power_after_a_fall_asks_at_once_and_tells_once(told: bool, seconds: float) -> None:
    progress = fallen(seconds).course.progress()
    assert progress is not None
    second = Session()
    second.course.offer_to_go_on(progress, lambda: True)
    assert second.phase() == "all_right"
    second.leave(45)
    assert second.kinds().count("possible_fall") == (0 if told else 1)


class AnyPath(RuleBasedStateMachine):
    """Presses, answers, standing, leaving, and losses of power, in any order."""

    @initialize()
    def begin(self) -> None:
        self.session = Session(prescribed(HARDER, WALKING, SINGLE))
        self.permitted = [HARDER, WALKING, SINGLE]

    @rule(seconds=st.sampled_from([0.2, 2, 9, 40]))
    def stand(self, seconds: float) -> None:
        self.session.stand(seconds)

    @rule(seconds=st.sampled_from([0.2, 2, 9, 40, 650]))
    def leave(self, seconds: float) -> None:
        self.session.leave(seconds)

    @rule(seconds=st.sampled_from([0.2, 2, 20]))
    def lose_the_board(self, seconds: float) -> None:
        for sample in self.session.board.broken(seconds):
            self.session.outcomes += self.session.course.on_sample(sample)

    @rule(exercises=st.lists(st.sampled_from([STANDING, HARDER, SINGLE, WALKING]), min_size=1, max_size=3))
    def prescribe(self, exercises: list[Exercise]) -> None:
        self.session.course.prescribe(prescribed(*exercises, version=2))
        self.permitted += exercises

    @rule(button=st.sampled_from(["start", "start", "pause"]))
    def press(self, button: Literal["start", "pause"]) -> None:
        self.session.outcomes += self.session.course.on_press(button)

    @rule(pain=st.sampled_from([0, 2, 4, 9]), flag=st.sampled_from([False] * 9 + [True]))
    def answer(self, pain: int, flag: bool) -> None:
        self._answer(pain, flag=flag)

    @rule()
    def answer_all_well(self) -> None:
        phase = self.session.phase()
        for _ in range(20):
            if self.session.phase() == phase:
                self._answer(2, flag=False)

    def _answer(self, pain: int, *, flag: bool) -> None:
        question = snapshot_of(self.session.course, None).question
        if question is None:
            return
        value: bool | int = pain
        if question.kind == "yes_no":
            value = (question.key in ("support", "somebody")) != flag
        elif question.kind == "choice":
            value = min(pain, len(question.choices) - 1)
        self.session.outcomes += self.session.course.on_answer(question.key, value)

    @rule(minutes=st.sampled_from([1.0, 29.99, 31.0]), sessions=st.integers(0, 2))
    def come_back_later(self, minutes: float, sessions: int) -> None:
        if self.session.phase() == "welcome":
            self.session.course.allowance = Allowance(sessions, minutes if sessions else 0.0, 9000)

    @rule(stands=st.booleans())
    def lose_power(self, stands: bool) -> None:
        """The trial under way is kept by the recorder; everything else is in the progress."""
        old = self.session.course
        progress = old.progress()
        course = Course(prescribed(HARDER, WALKING, SINGLE), plate_mm=(400, 400), sim=True)
        course.stop_words, course.ready, course.allowance = old.stop_words, True, old.allowance
        if old.phase == "hold":
            self.session.outcomes.append(LOST_WITH_POWER)
        if progress is not None:
            kept = sum(
                o is LOST_WITH_POWER or isinstance(o, TrialEnded | CountEnded) for o in self._session()
            )
            course.offer_to_go_on(msgspec.structs.replace(progress, trials=kept), lambda: stands)
        self.session.course = course

    def _kept(self) -> int:
        trials = (TrialEnded, CountEnded)
        return sum(o is LOST_WITH_POWER or isinstance(o, trials) for o in self._session())

    def _session(self) -> list[Outcome]:
        """Return what came of the session under way."""
        starts = [n for n, o in enumerate(self.session.outcomes) if isinstance(o, SessionStarted)]
        return self.session.outcomes[starts[-1] :] if starts else []

    @rule()
    def stop_is_always_one_press(self) -> None:
        self.session.press("stop")
        assert self.session.phase() in ("welcome", "checkout", "summary")

    @invariant()
    def sessions_end_as_often_as_they_begin(self) -> None:
        begun = sum(isinstance(o, SessionStarted) for o in self.session.outcomes)
        ended = sum(isinstance(o, SessionEnded) for o in self.session.outcomes)
        running = self.session.phase() not in ("welcome", "blocked", "summary", "journal")
        assert begun - ended == (1 if running else 0)

    @invariant()
    def every_started_hold_ends_in_a_trial(self) -> None:
        kinds = self.session.kinds()
        holding = self.session.phase() == "hold"
        lost = sum(o is LOST_WITH_POWER for o in self.session.outcomes)
        assert kinds.count("hold_started") == len(self.session.trials()) + lost + (1 if holding else 0)

    @invariant()
    def no_finished_trial_is_lost_from_the_count_of_its_session(self) -> None:
        kept = self._kept()
        ended = [o for o in self._session() if isinstance(o, SessionEnded)]
        assert not ended or ended[0].trials == kept

    @invariant()
    def nothing_trains_after_a_red_flag(self) -> None:
        kinds = self.session.kinds()
        if "red_flag" in kinds:
            assert "hold_started" not in kinds[kinds.index("red_flag") :]
            assert self.session.phase() in ("blocked", "welcome", "summary", "journal")

    @invariant()
    def nothing_is_harder_than_anything_prescribed(self) -> None:
        hardest = {(e.routine, e.side): e.rung for e in sorted(self.permitted, key=lambda e: e.rung)}
        overdone = self.session.course.today.overdone
        for planned in self.session.course.today.plan[self.session.course.today.index :]:
            assert planned.rung_number <= max(1, hardest[planned.name] - overdone)

    @invariant()
    def nobody_trains_before_the_check_in_is_answered_and_after_a_fall(self) -> None:
        course = self.session.course
        if course.phase in ("setup", "step_on", "weigh", "countdown", "hold", "rest", "guided"):
            assert course.today.checked_in
            last = [o.kind for o in self._session() if isinstance(o, Happening)]
            assert "possible_fall" not in last
            assert "all_right_asked" not in last

    @invariant()
    def a_screen_can_be_drawn_from_it(self) -> None:
        snapshot_of(self.session.course, None)


LOST_WITH_POWER = Happening("lost_with_power", 0)
AnyPath.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestAnyPath = AnyPath.TestCase
