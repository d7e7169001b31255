"""What a screen is told of a course: one complete snapshot."""

from station.sway.reading import Fault
from station.training.course import Course
from station.training.snapshot import ExerciseView, LiveView, Snapshot
from station.training.words import BOARD_FAULT, GETTING_READY

TRAINING = ("setup", "step_on", "weigh", "countdown", "hold", "result", "rest", "guided", "pause")
WITH_WORDS = ("blocked", "summary", "goodnight", "all_right", "pause", "step_on", "weigh")


def snapshot_of(course: Course, session: str | None, *, service: bool = False) -> Snapshot:
    """Return everything a screen needs to know at this instant."""
    attempt = course.attempt
    sample = course.sample
    plan = _plan(course)
    shown = course.phase in TRAINING and course.today.index < len(plan)
    return Snapshot(
        phase=course.phase,
        t_ns=sample.t_ns if sample is not None else 0,
        sim=course.sim,
        plate_mm=course.plate_mm,
        live=_live(course),
        device=course.programme.device,
        ready=course.ready,
        session=session,
        question=course.question,
        plan=plan,
        exercise=plan[course.today.index] if shown else None,
        exercise_number=course.today.index + 1 if shown else 0,
        attempt=course.today.attempt_number if shown else 0,
        held_s=round(attempt.held_s, 2) if attempt is not None else 0.0,
        counting=course.phase == "hold" and attempt is not None and attempt.paused_by is None,
        paused_by=attempt.paused_by if attempt is not None else None,
        countdown_s=attempt.countdown_s() if attempt is not None else None,
        rest_s=max(0.0, course.rest_s() - course.in_phase_s()) if course.phase == "rest" else None,
        rest_total_s=course.rest_s() if course.phase == "rest" else None,
        results=tuple(course.today.results),
        words=course.words if course.phase in WITH_WORDS else (),
        week=course.week_with_today() if course.phase == "summary" else (),
        weekday=course.weekday,
        tip=course.tip if course.phase == "summary" else "",
        note=course.note if course.phase == "message" else "",
        past=course.past if course.phase == "history" else None,
        service=service,
        board_fault=_board_words(course),
        care_told=course.care_told if course.board_fault() else "",
    )


def _board_words(course: Course) -> str | None:
    if course.board_fault():
        return BOARD_FAULT
    return None if course.ready else GETTING_READY


def _plan(course: Course) -> tuple[ExerciseView, ...]:
    if course.phase in ("welcome", "history", "blocked"):
        return ()
    return tuple(planned.view(done=n < course.today.index) for n, planned in enumerate(course.today.plan))


def _live(course: Course) -> LiveView:
    """Return the board now; with a fault nothing is known, and nothing is shown."""
    sample = course.sample
    if sample is None or sample.fault is not Fault.NONE:
        return LiveView()
    attempt = course.attempt
    if attempt is None or attempt.target_mm is None:
        return LiveView(load_n=sample.load_n, x_mm=sample.x_mm, y_mm=sample.y_mm)
    progress = attempt.progress
    return LiveView(
        load_n=sample.load_n,
        x_mm=sample.x_mm,
        y_mm=sample.y_mm,
        support_percent=attempt.support_percent,
        target_x_mm=attempt.target_mm[0],
        target_y_mm=attempt.target_mm[1],
        target_radius_mm=attempt.target_radius_mm,
        in_target=attempt.in_target,
        targets_mm=attempt.targets_mm,
        target_index=attempt.target_index,
        count=attempt.count,
        goal=attempt.goal,
        start_mm=None if attempt.centre is None else (attempt.centre.x_mm, attempt.centre.y_mm),
        target_share=progress.target_share,
        reached=progress.reached,
        reach_mm=progress.reach_mm,
        up=progress.up,
    )
