"""What the course tells the kiosk about device, rim, rest, readiness and the cues of a rung."""

from typing import Any

import msgspec
import pytest

from station.errors import ConfigError
from station.training.course import Course
from station.training.prescription import Device, Exercise, Prescription
from station.training.programme import Programme, programme_of
from station.training.routine import parse_routine, shipped_routines
from station.training.snapshot import Snapshot
from station.training.view import snapshot_of
from tests.standing import Board

CHECKED_IN: dict[str, Any] = {"support": True, "pain": 1}


def prescribed(device: Device, *exercises: Exercise) -> Programme:
    rx = Prescription(
        version=1,
        station="s",
        subj="p",
        issued="2026-01-01T00:00:00Z",
        expires="2027-01-01T00:00:00Z",
        exercises=exercises,
        device=device,
    )
    return programme_of(rx, shipped_routines())


def course_of(programme: Programme) -> Course:
    course = Course(programme, plate_mm=(400, 400), sim=True)
    course.ready = True
    return course


def at_setup(course: Course) -> Snapshot:
    course.on_press("start")
    while question := snapshot_of(course, None).question:
        course.on_answer(question.key, CHECKED_IN.get(question.key, False))
    course.on_press("start")
    return snapshot_of(course, None)


STANDING = Exercise(routine="supported-standing", rung=1, hold_s=2, rest_s=30)


@pytest.mark.parametrize("device", ["walker", "cane", "crutches", "none"])
def test_the_device_is_the_prescribed_one(device: Device) -> None:
    assert snapshot_of(course_of(prescribed(device, STANDING)), None).device == device


def test_only_the_balance_board_has_a_rim() -> None:
    course = course_of(prescribed("walker", STANDING, Exercise(routine="balance-board", rung=1)))
    rims = [exercise.rim_mm for exercise in at_setup(course).plan]
    assert rims == [None, shipped_routines()["balance-board"].rim_mm]


def test_a_rest_tells_what_is_left_and_how_long_it_is() -> None:
    course, board = course_of(prescribed("walker", STANDING)), Board()
    at_setup(course)
    course.on_press("start")
    for sample in board.stand(30):
        course.on_sample(sample)
        if course.phase == "rest":
            break
    shown = snapshot_of(course, None)
    assert (shown.rest_s, shown.rest_total_s) == (30.0, 30.0)


def test_start_is_not_ready_before_the_board_has_its_zero() -> None:
    course = course_of(prescribed("walker", STANDING))
    course.ready = False
    assert not snapshot_of(course, None).ready
    course.ready = True
    assert snapshot_of(course, None).ready


def in_the_hold_of(name: str) -> Snapshot:
    course, board = course_of(prescribed("walker", Exercise(routine=name, rung=1))), Board()
    at_setup(course)
    course.on_press("start")
    for sample in board.stand(30, x_mm=4.0, y_mm=-3.0):
        course.on_sample(sample)
        if course.phase == "hold":
            break
    return snapshot_of(course, None)


@pytest.mark.parametrize(("name", "goal", "targets"), [("weight-shift", 4, 4), ("calf-raises", 15, 0)])
def test_a_hold_tells_how_far_somebody_is_within_its_kind(name: str, goal: int, targets: int) -> None:
    live = in_the_hold_of(name).live
    assert (live.count, live.goal, len(live.targets_mm)) == (0, goal, targets)
    assert live.start_mm == pytest.approx((4.0, -3.0), abs=0.1)
    assert live.target_share == (0.0 if name == "weight-shift" else None)
    assert live.up is (False if name == "calf-raises" else None)


def test_a_lean_tells_that_nobody_has_leaned_yet() -> None:
    live = in_the_hold_of("limits-of-stability").live
    assert live.reach_mm == (None,) * 8


ROUTINE = """
routine = "mine"
title = "Mine"
stance = "both"
cues = ["Look at one point."]
[target]
radius_mm = 30
[[rungs]]
support = "one-hand"
hold_s = 5
support_limit_percent = 25
[[rungs]]
support = "one-hand"
hold_s = 5
support_limit_percent = 25
vision = "closed"
"""


def test_a_rung_may_have_its_own_cues() -> None:
    routine = parse_routine(ROUTINE + 'cues = ["Close your eyes."]', where="mine.toml")
    programme = programme_of(
        msgspec.structs.replace(
            Prescription(
                version=1,
                station="s",
                subj="p",
                issued="2026-01-01T00:00:00Z",
                expires="2027-01-01T00:00:00Z",
                exercises=(Exercise(routine="mine", rung=1), Exercise(routine="mine", rung=2)),
            )
        ),
        {"mine": routine},
    )
    shown = [planned.view(done=False).cues for planned in programme.planned]
    assert shown == [("Look at one point.",), ("Close your eyes.",)]


def test_a_rung_that_closes_the_eyes_must_not_borrow_cues_that_ask_to_look() -> None:
    with pytest.raises(ConfigError, match=r"mine\.toml, line 12: rungs\[1\]\.cues: .*closes the eyes"):
        parse_routine(ROUTINE, where="mine.toml")
