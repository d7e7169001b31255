"""Harder only with permission and on evidence; easier at once; the same history, the same decisions."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.training.decision import Decision
from station.training.fitting import Bounds, check_fits
from station.training.history import PastSession, PastTrial, last_safe_rung, past_session
from station.training.prescription import Exercise, Limits, Prescription
from station.training.programme import exercise_at, rung_of
from station.training.progression import decide, replay, rungs_in_force
from station.training.result import Outcome, SessionResult
from station.training.routine import Side, shipped_routines

ROUTINES = shipped_routines()
BOUNDS = Bounds("s-1", "p-1", Limits(), ROUTINES)
MONDAY = date(2026, 5, 4)


def rx(*exercises: Exercise) -> Prescription:
    return Prescription(
        version=1,
        station="s-1",
        subj="p-1",
        issued="2026-05-01T00:00:00Z",
        expires="2026-07-01T00:00:00Z",
        exercises=exercises or (Exercise(routine="supported-standing", rung=2),),
    )


def alone(rung: int, up_to: int, routine: str = "supported-standing", **more: Any) -> Exercise:
    return Exercise(routine=routine, rung=rung, alone_up_to=up_to, **more)


def trials(
    *outcomes: Outcome,
    rung: int = 2,
    routine: str = "supported-standing",
    side: Side | None = None,
    stops: tuple[str, ...] = (),
) -> tuple[PastTrial, ...]:
    return tuple(
        PastTrial(f"{routine}-{side}-{n}", routine, side, rung, outcome, stops=stops)
        for n, outcome in enumerate(outcomes)
    )


def session(number: int, *done: tuple[PastTrial, ...], day: int | None = None, **more: Any) -> PastSession:
    told = {"pain": 2, "pain_after": 2, "effort": 4, **more}
    return PastSession(
        session=f"session-{number:04}",
        number=number,
        day=MONDAY + timedelta(days=number if day is None else day),
        trials=tuple(trial for group in done for trial in group),
        **told,
    )


def good(*numbers: int, rung: int = 2, **more: Any) -> list[PastSession]:
    return [session(n, trials("done", "done", rung=rung), **more) for n in numbers]


def kinds(history: Sequence[PastSession], programme: Prescription | None = None) -> list[str]:
    return [decision.kind for decision in replay(history, programme or rx(), BOUNDS)]


def test_three_good_sessions_on_three_days_propose_the_next_rung() -> None:
    (decision,) = replay(good(1, 2, 3), rx(), BOUNDS)
    assert (decision.kind, decision.from_rung, decision.to_rung) == ("propose", 2, 3)
    assert rungs_in_force(rx(), [decision], BOUNDS) == [2]


def test_every_decision_says_why_in_one_sentence_with_its_evidence() -> None:
    (decision,) = replay(good(1, 2, 3), rx(), BOUNDS)
    assert decision.why == (
        "Supported standing, rung 2: held 6 of 6 in 3 sessions, pain not up, effort at most 4; "
        "rung 3 is proposed."
    )
    assert [e.day for e in decision.evidence] == ["2026-05-05", "2026-05-06", "2026-05-07"]
    assert decision.evidence[0].trials == ("supported-standing-None-0", "supported-standing-None-1")
    assert decision.evidence[0].sentence() == "2026-05-05: held 2 of 2, pain 2 to 2, effort 4"
    assert decision.detail(1)["to_rung"] == 3


def test_the_station_steps_by_itself_where_it_was_allowed_to_and_says_so_to_the_patient() -> None:
    programme = rx(alone(2, 3))
    (decision,) = replay(good(1, 2, 3), programme, BOUNDS)
    assert (decision.kind, decision.to_rung) == ("step", 3)
    assert decision.patient == (
        "A new step\nSupported standing\n"
        "Your legs carry you well. Now rest only your fingertips on the support."
    )
    assert rungs_in_force(programme, [decision], BOUNDS) == [3]


@pytest.mark.parametrize(
    "history",
    [
        good(1, 2),
        [*good(1, 2, day=1), *good(3, day=2)],  # three sessions on two days
        [*good(1, 2), session(3, trials("done", "lost"))],  # half is not four fifths
        [*good(1, 2), *good(3, effort=6)],
        [*good(1, 2), *good(3, pain_after=3)],
        [*good(1, 2), *good(3, pain=3, pain_after=3)],  # pain has risen since the first of them
        [*good(1, 2), *good(3, effort=None)],  # no check-out: nothing is known of it
        [*good(1, 2), session(3, trials("done", "done"), trials("done", rung=7, stops=("step_off",)))],
        good(1, 2, 3, rung=1),  # another rung than the prescribed one
    ],
)
def test_less_than_that_is_no_reason_for_more(history: list[PastSession]) -> None:
    assert "propose" not in kinds(history)


def test_a_proposal_is_made_once_while_it_stands() -> None:
    assert kinds(good(*range(1, 9))) == ["propose"]


def test_a_board_fault_or_a_stop_by_the_patient_counts_for_nothing() -> None:
    shaky = [session(n, trials("done", "done", "fault", "stopped", "interrupted")) for n in (1, 2, 3)]
    assert kinds(shaky) == ["propose"]
    broken = [session(n, trials("fault", "stopped", stops=("step_off",))) for n in (1, 2, 3)]
    assert kinds(broken) == []


def test_fewer_than_half_held_in_two_sessions_is_one_rung_easier() -> None:
    history = [session(n, trials("lost", "lost", "done")) for n in (1, 2)]
    (decision,) = replay(history, rx(), BOUNDS)
    assert (decision.kind, decision.from_rung, decision.to_rung) == ("ease", 2, 1)
    assert decision.why == "Supported standing, rung 2: held 2 of 6 in 2 sessions; eased to rung 1."
    assert rungs_in_force(rx(), [decision], BOUNDS) == [1]
    assert kinds(history[:1]) == []


@pytest.mark.parametrize(
    ("past", "reason"),
    [
        (session(1, trials("done"), pain_after=4, stops=("pain_up",)), "pain rose by 2 or more"),
        (session(1, trials("lost", stops=("step_off",))), "stepped off in a hold"),
        (session(1, trials("lost", stops=("stumble",))), "a stumble"),
        (session(1, trials("lost"), stops=("possible_fall",)), "a possible fall"),
        (session(1, stops=("red_flag",)), "a red flag at the check-in"),
        (session(1, stops=("pain_stop",)), "pain above the limit at the check-in"),
    ],
)
def test_a_stop_eases_at_once_and_names_its_reason(past: PastSession, reason: str) -> None:
    (decision,) = replay([past], rx(), BOUNDS)
    assert (decision.kind, decision.to_rung) == ("ease", 1)
    assert reason in decision.why


@pytest.mark.parametrize(
    ("events", "stops"),
    [({"pain_up": 1}, ("pain_up",)), ({"pain_stop": 1}, ("pain_stop",)), ({}, ("pain_stop",))],
)
def test_a_pain_that_rose_in_a_pause_is_not_told_as_one_above_the_limit(
    events: dict[str, int], stops: tuple[str, ...]
) -> None:
    result = SessionResult(
        session="session-1", started="2026-05-05T08:00:00Z", ended="2026-05-05T08:05:00Z", complete=True,
        ended_by="pain", trials=0, answers={"pain": 2, "pain_now": 5}, rx_version=1, sim=True, events=events,
    )  # fmt: skip
    past = past_session(result, (), number=1)
    assert past.stops == stops
    # Nothing was trained: what rose in the pause says nothing of a rung; too much pain stops them all.
    assert kinds([past]) == (["ease"] if stops == ("pain_stop",) else [])


@pytest.mark.parametrize("outcome", ["interrupted", "stopped"])
def test_a_stumble_before_a_loss_of_power_or_a_stop_eases_as_any_other(outcome: Outcome) -> None:
    (decision,) = replay([session(1, trials(outcome, stops=("stumble",)))], rx(), BOUNDS)
    assert (decision.kind, decision.to_rung) == ("ease", 1)
    assert decision.why == "Supported standing, rung 2: a stumble; eased to rung 1."
    assert decision.evidence[0].sentence() == "2026-05-05: held 0 of 0, pain 2 to 2, effort 4, stumble"


def test_swollen_after_training_eases_at_once_and_is_not_ready_for_more() -> None:
    swollen = session(3, trials("done", "done"), stops=("swollen",))
    (decision,) = replay([*good(1, 2), swollen], rx(), BOUNDS)
    assert (decision.kind, decision.to_rung) == ("ease", 1)
    assert "more swollen or stiff after training; eased to rung 1" in decision.why


def test_too_much_last_time_eases_what_was_trained_then() -> None:
    programme = rx(alone(3, 8), Exercise(routine="walk", rung=2))
    history = [*good(1, 2, rung=3), session(3, trials("done", rung=2), overdone=True)]
    (decision,) = replay(history, programme, BOUNDS)
    assert (decision.kind, decision.from_rung, decision.to_rung) == ("ease", 3, 2)
    assert decision.why.endswith(
        ", rung 3: more pain, swelling or stiffness since the last training; eased to rung 2."
    )
    assert [evidence.day for evidence in decision.evidence] == ["2026-05-06"], (
        "of the training that was too much"
    )


def test_a_step_just_taken_is_taken_back_below_what_was_too_much() -> None:
    programme = rx(alone(2, 8))
    history = [*good(1, 2, 3), session(4, overdone=True)]
    step, ease = replay(history, programme, BOUNDS)
    assert (step.kind, step.to_rung) == ("step", 3)
    assert (ease.kind, ease.from_rung, ease.to_rung) == ("ease", 3, 1)
    assert rungs_in_force(programme, [step, ease], BOUNDS) == [1]


def test_what_was_eased_on_the_day_itself_is_not_eased_again_the_next_morning() -> None:
    painful = session(1, trials("done", rung=3), pain_after=4, stops=("pain_up",))
    history = [painful, session(2, trials("done"), overdone=True)]
    assert [
        d.to_rung for d in replay(history, rx(Exercise(routine="supported-standing", rung=3)), BOUNDS)
    ] == [2]


def test_said_again_without_training_in_between_too_much_eases_no_further() -> None:
    programme = rx(Exercise(routine="supported-standing", rung=5))
    history = [*good(1, rung=5), session(2, overdone=True), session(3, overdone=True)]
    assert [d.to_rung for d in replay(history, programme, BOUNDS)] == [4]


def test_the_day_after_too_much_is_no_good_session() -> None:
    assert kinds([*good(1, 2), *good(3, overdone=True)]) == ["ease"]
    assert kinds([*good(1, 2, rung=1), *good(3, rung=1, overdone=True)], rx(alone(1, 1))) == []


def test_stops_at_the_check_in_day_after_day_ease_once() -> None:
    programme = rx(Exercise(routine="supported-standing", rung=4))
    blocked = [session(n, stops=("red_flag",)) for n in (1, 2, 3)]
    assert [d.to_rung for d in replay(blocked, programme, BOUNDS)] == [3]


def test_a_stop_of_the_session_is_not_told_again_for_every_exercise_that_cannot_be_easier() -> None:
    programme = rx(Exercise(routine="supported-standing", rung=1), Exercise(routine="weight-shift", rung=1))
    done = (trials("done", rung=1), trials("done", rung=1, routine="weight-shift"))
    assert replay([session(1, *done, pain_after=5, stops=("pain_up",))], programme, BOUNDS) == ()


def test_good_sessions_on_both_sides_of_a_week_away_do_not_add_up() -> None:
    assert kinds(good(1, 2, 10)) == []
    assert kinds(good(1, 2, 9)) == ["propose"]
    assert kinds(good(1, 2, 10, 11, 12)) == ["propose"]


def test_on_the_easiest_rung_the_therapist_is_told_and_nothing_changes() -> None:
    programme = rx(Exercise(routine="supported-standing", rung=1))
    (decision,) = replay([session(1, trials("lost", rung=1, stops=("stumble",)))], programme, BOUNDS)
    assert (decision.from_rung, decision.to_rung, decision.patient) == (1, 1, "")
    assert "easiest rung" in decision.why


def test_only_the_exercise_that_went_badly_is_eased() -> None:
    programme = rx(
        Exercise(routine="supported-standing", rung=2), Exercise(routine="single-leg", rung=3, side="left")
    )
    stumbled = trials("lost", rung=3, routine="single-leg", side="left", stops=("stumble",))
    history = [session(1, trials("done", "done"), stumbled)]
    assert [d.routine for d in replay(history, programme, BOUNDS)] == ["single-leg"]


def test_what_was_eased_goes_up_again_only_where_the_station_may_by_itself() -> None:
    history = [session(1, trials("lost", stops=("stumble",))), *good(2, 3, 4, rung=1)]
    assert kinds(history) == ["ease", "propose"]
    assert kinds(history, rx(alone(2, 2))) == ["ease", "step"]


def test_an_assessment_never_gets_harder() -> None:
    programme = rx(Exercise(routine="quiet-standing", rung=1))
    history = [session(n, trials("done", "done", rung=1, routine="quiet-standing")) for n in range(1, 6)]
    assert kinds(history, programme) == []


def test_the_top_of_the_ladder_and_the_limit_of_the_device_are_the_end() -> None:
    top = len(ROUTINES["supported-standing"].rungs)
    assert kinds(good(1, 2, 3, rung=top), rx(Exercise(routine="supported-standing", rung=top))) == []
    bounds = Bounds("s-1", "p-1", Limits(hardest_rung={"supported-standing": 2}), ROUTINES)
    assert replay(good(1, 2, 3), rx(), bounds) == ()


def test_a_routine_steps_up_at_most_once_in_three_sessions_both_sides_together() -> None:
    programme = rx(
        alone(1, 3, "single-leg", side="left"),
        alone(1, 3, "single-leg", side="right"),
    )
    history: list[PastSession] = []
    sides: tuple[Side, ...] = ("left", "right")
    for number in range(1, 12):
        rungs = rungs_in_force(programme, replay(history, programme, BOUNDS), BOUNDS)
        done = [
            trials("done", "done", rung=rung, routine="single-leg", side=side)
            for rung, side in zip(rungs, sides, strict=True)
        ]
        history.append(session(number, *done))
    stepped = [int(d.session[-2:]) for d in replay(history, programme, BOUNDS) if d.kind == "step"]
    assert len(stepped) >= 3
    assert all(later - earlier >= 3 for earlier, later in pairwise(stepped))


def test_a_step_that_would_change_nothing_is_for_the_therapist() -> None:
    # From rung 4 to 5 only the hold grows, and the prescription sets the hold itself.
    programme = rx(alone(4, 5, hold_s=20.0))
    assert kinds(good(1, 2, 3, rung=4), programme) == ["propose"]


def test_an_eased_exercise_is_held_no_longer_than_its_easier_rung() -> None:
    prescribed = Exercise(routine="supported-standing", rung=5, hold_s=45.0, support_limit_percent=5.0)
    eased = exercise_at(prescribed, 2, ROUTINES)
    assert (eased.hold_s, eased.support_limit_percent) == (20.0, 25.0)


def test_a_kept_decision_nobody_permitted_is_not_obeyed() -> None:
    (step,) = replay(good(1, 2, 3), rx(alone(2, 3)), BOUNDS)
    assert rungs_in_force(rx(), [step], BOUNDS) == [2]
    jump = msgspec.structs.replace(step, to_rung=4)
    assert rungs_in_force(rx(alone(2, 4)), [jump], BOUNDS) == [2]


def test_the_last_safe_rung_is_the_newest_done_without_a_stop() -> None:
    history = [*good(1, rung=3), *good(2, rung=4, stops=("pain_up",))]
    assert last_safe_rung(history) == 3
    assert last_safe_rung([session(1, trials("lost", rung=3))]) == 1
    assert last_safe_rung([]) == 1


def test_the_newest_session_decides() -> None:
    assert [d.kind for d in decide(good(1, 2, 3), rx(), BOUNDS)] == ["propose"]
    assert decide(good(1, 2, 3, 4), rx(), BOUNDS) == ()
    assert decide([], rx(), BOUNDS) == ()


# -- any history, any prescription, any limits ---------------------------------------------------------------

scale = st.none() | st.integers(0, 10)
outcomes: st.SearchStrategy[Outcome] = st.sampled_from(
    ("done", "done", "done", "lost", "stopped", "fault", "interrupted")
)
names = st.sampled_from(("supported-standing", "single-leg", "quiet-standing", "walk", "calf-raises"))


@st.composite
def exercises(draw: st.DrawFn) -> Exercise:
    name = draw(names)
    routine = ROUTINES[name]
    rung = draw(st.integers(1, len(routine.rungs)))
    may = not routine.assessment and draw(st.booleans())
    return Exercise(
        routine=name,
        rung=rung,
        side=draw(st.sampled_from(("left", "right"))) if routine.sided else None,
        hold_s=draw(st.none() | st.floats(1, 60)) if routine.kind == "hold" else None,
        alone_up_to=draw(st.integers(rung, len(routine.rungs))) if may else None,
    )


@st.composite
def past_trials(draw: st.DrawFn) -> PastTrial:
    name = draw(names)
    return PastTrial(
        trial=draw(st.uuids()).hex,
        routine=name,
        side=draw(st.sampled_from(("left", "right"))) if ROUTINES[name].sided else None,
        rung=draw(st.integers(1, len(ROUTINES[name].rungs))),
        outcome=draw(outcomes),
        stops=draw(st.sampled_from(((), (), (), (), (), ("step_off",), ("stumble",)))),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[PastSession]:
    return [
        PastSession(
            session=f"session-{number}",
            number=number,
            day=MONDAY + timedelta(days=draw(st.integers(0, 1)) + number),
            trials=tuple(draw(st.lists(past_trials(), max_size=6))),
            pain=draw(scale),
            pain_after=draw(scale),
            effort=draw(scale),
            stops=draw(st.sampled_from(((), (), (), ("pain_up",), ("red_flag",), ("possible_fall",)))),
            overdone=draw(st.sampled_from((False, False, True))),
        )
        for number in range(1, draw(st.integers(1, 14)))
    ]


limits = st.builds(
    Limits,
    hardest_rung=st.dictionaries(names, st.integers(1, 8)),
    longest_hold_s=st.sampled_from((10.0, 20.0, 60.0)),
    most_minutes=st.just(240.0),
)


def fitting(programme: Prescription, bounds: Bounds) -> Prescription | None:
    """Return the prescription without what this device refuses."""
    kept = []
    for exercise in programme.exercises:
        alone_here = msgspec.structs.replace(programme, exercises=(exercise,), minutes_a_day=60.0)
        try:
            check_fits(alone_here, bounds)
        except ValueError:
            continue
        kept.append(exercise)
    return msgspec.structs.replace(programme, exercises=tuple(kept)) if kept else None


def diligent(programme: Prescription, bounds: Bounds, wobbly: Sequence[bool]) -> list[PastSession]:
    """Return the history of somebody who does what is in force, and stumbles now and then."""
    history: list[PastSession] = []
    for number, stumbles in enumerate(wobbly, start=1):
        rungs = rungs_in_force(programme, replay(history, programme, bounds), bounds)
        done = [
            trials(
                "lost" if stumbles else "done",
                rung=rung,
                routine=exercise.routine,
                side=exercise.side,
                stops=("stumble",) if stumbles else (),
            )
            for exercise, rung in zip(programme.exercises, rungs, strict=True)
        ]
        history.append(session(number, *done))
    return history


def assert_permitted(programme: Prescription, decisions: Sequence[Decision], bounds: Bounds) -> None:
    rungs = [exercise.rung for exercise in programme.exercises]
    steps: dict[str, int] = {}
    for decision in decisions:
        exercise = programme.exercises[decision.line - 1]
        assert not ROUTINES[exercise.routine].assessment
        assert decision.from_rung == rungs[decision.line - 1]
        if decision.kind == "ease":
            # Below what was too much the last time, also where a step has been taken since.
            assert max(1, decision.from_rung - 2) <= decision.to_rung <= max(1, decision.from_rung - 1)
        else:
            assert decision.to_rung == decision.from_rung + 1 <= bounds.hardest(exercise.routine)
        if decision.kind == "step":
            assert exercise.alone_up_to is not None
            assert decision.to_rung <= exercise.alone_up_to
            rung = rung_of(exercise_at(exercise, decision.to_rung, ROUTINES), ROUTINES[exercise.routine])
            assert rung.hold_s <= bounds.limits.longest_hold_s
            number = int(decision.session.rsplit("-", 1)[1])
            assert number - steps.get(exercise.routine, -3) >= 3
            steps[exercise.routine] = number
        if decision.kind != "propose":
            rungs[decision.line - 1] = decision.to_rung
    assert rungs_in_force(programme, decisions, bounds) == rungs


@given(
    st.lists(exercises(), min_size=1, max_size=4), histories(), limits, st.lists(st.booleans(), max_size=12)
)
def test_nothing_gets_harder_without_permission(
    wanted: list[Exercise], history: list[PastSession], allowed: Limits, wobbly: list[bool]
) -> None:
    bounds = Bounds("s-1", "p-1", allowed, ROUTINES)
    programme = fitting(rx(*wanted), bounds)
    if programme is None:
        return
    assert_permitted(programme, replay(history, programme, bounds), bounds)
    steady = diligent(programme, bounds, [*wobbly, *([False] * 8)])
    assert_permitted(programme, replay(steady, programme, bounds), bounds)


@given(histories(), st.data())
def test_the_order_of_the_input_does_not_matter(history: list[PastSession], data: st.DataObject) -> None:
    programme = rx(alone(1, 8), Exercise(routine="walk", rung=2))
    shuffled = data.draw(st.permutations(history))
    assert replay(shuffled, programme, BOUNDS) == replay(history, programme, BOUNDS)


@given(histories(), st.integers(0, 14))
def test_what_comes_later_changes_nothing_of_the_past(history: list[PastSession], known: int) -> None:
    programme = rx(alone(1, 8), Exercise(routine="walk", rung=2))
    before = replay(history[:known], programme, BOUNDS)
    assert replay(history, programme, BOUNDS)[: len(before)] == before
