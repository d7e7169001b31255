"""The live pages of every kind of exercise show what is asked and what was done, and nothing else."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pygame
import pytest

from station.training.snapshot import ExerciseView, LiveView, Snapshot
from ui.patient.book import page_of
from ui.patient.example_kinds import START_MM, counted_live, kind_screens, reach_live, targets_live
from ui.patient.examples import LIVE, TRAIL, exercise, snapshot
from ui.patient.feet import feet_of
from ui.patient.place import PICTURE, Scene
from ui.patient.screens import Drawing
from ui.patient.theme import CALM, CALM_SOFT, CARD, EDGE, FOOT, HAIR, INK, Colour
from ui.patient.theme import TRAIL as TRAIL_COLOUR
from ui.patient.view import View, still_part

SCREENS = kind_screens()
SHIFT = exercise("weight-shift", 1)
LEAN = exercise("limits-of-stability", 1)
RAISES = exercise("calf-raises", 1)
STILL = exercise("quiet-standing", 1)
STILL_CLOSED = exercise("quiet-standing", 2)
TO_SECOND = targets_live(4, 30.0, 15.2, 1, x_mm=None, y_mm=None)
KINDS = [
    (SHIFT, targets_live(4, 30.0, 15.2, 1, target_share=0.5)),
    (LEAN, reach_live(2, (80.0, 60.0))),
    (RAISES, counted_live(7, 15, up=True)),
    (STILL, LIVE),
    (exercise("tandem", 8, side="left"), LIVE),
]
each_kind = pytest.mark.parametrize(("shown", "live"), KINDS, ids=[one.routine for one, _ in KINDS])


def held(shown: ExerciseView, live: LiveView, **changes: Any) -> Snapshot:
    facts: dict[str, Any] = {"held_s": 7.2, "counting": True}
    return snapshot("hold", **{**facts, "exercise": shown, "live": live, **changes})


def drawn(shown: ExerciseView, live: LiveView, **changes: Any) -> Drawing:
    return Drawing(View(held(shown, live, **changes)))


def pixels(drawing: Drawing) -> npt.NDArray[np.float64]:
    return pygame.surfarray.array3d(drawing.picture).astype(float)


def count_of(drawing: Drawing, colour: Colour, rect: pygame.Rect = PICTURE) -> int:
    """How many pixels of the rectangle have this colour."""
    board = pixels(drawing)[rect.left + 10 : rect.right - 10, rect.top + 10 : rect.bottom - 10]
    return int((np.abs(board - np.array(colour)).max(axis=2) < 3).sum())


def colour_at(drawing: Drawing, x: float, y: float) -> tuple[int, ...]:
    return tuple(drawing.picture.get_at((round(x), round(y)))[:3])


def words(drawing: Drawing) -> list[str]:
    return [text.text for text in drawing.texts]


def test_every_target_is_a_ring_at_its_place_and_of_its_size() -> None:
    scene, drawing = Scene(held(SHIFT, TO_SECOND)), drawn(SHIFT, TO_SECOND)
    radius = 15.0 * scene.px_per_mm
    for number, place_mm in enumerate(TO_SECOND.targets_mm):
        away = place_mm[0] - START_MM[0], place_mm[1] - START_MM[1]
        x, y = PICTURE.centerx + away[0] * scene.px_per_mm, PICTURE.centery - away[1] * scene.px_per_mm
        assert scene.at(*place_mm) == pytest.approx((x, y))
        edge = CALM if number == 1 else EDGE
        side = -1 if number == 2 else 1  # where no other circle lies
        inside = radius - 3 if number == 1 else radius
        assert colour_at(drawing, x + side * inside, y) == edge


@pytest.mark.parametrize("far_mm", [20.0, 45.0, 75.0, 128.0])
def test_all_targets_with_their_rings_and_numbers_are_in_the_picture(far_mm: float) -> None:
    for index in range(8):
        live = targets_live(8, far_mm, far_mm, index, x_mm=None, y_mm=None)
        scene = Scene(held(SHIFT, live))
        for place_mm in live.targets_mm:
            x, y = scene.at(*place_mm)
            assert PICTURE.inflate(-60, -60).collidepoint(x, y)
        number = next(text for text in drawn(SHIFT, live).texts if text.text == str(index + 1))
        assert PICTURE.inflate(-10, -10).contains(number.rect)


def test_the_target_to_go_to_now_is_marked_by_number_and_shape_not_by_colour_alone() -> None:
    drawing, scene = drawn(SHIFT, TO_SECOND), Scene(held(SHIFT, TO_SECOND))
    numbers = [text for text in drawing.texts if text.text == "2"]
    assert len(numbers) == 1
    x, y = scene.at(*TO_SECOND.targets_mm[1])
    assert abs(numbers[0].rect.centerx - x) < 4
    assert numbers[0].rect.bottom < y - 15 * scene.px_per_mm, "the dot must not cover it"
    assert count_of(drawing, HAIR) > 1000, "the track of its time is around it alone"
    assert "2 of 4" in words(drawing)


def test_a_target_reached_has_a_tick_and_one_passed_over_has_none() -> None:
    reached, passed = (
        count_of(drawn(SHIFT, msgspec.structs.replace(TO_SECOND, reached=done)), EDGE) for done in ((0,), ())
    )
    assert reached > passed + 100


def test_the_ring_fills_with_the_time_in_the_target() -> None:
    shares = [
        count_of(drawn(SHIFT, msgspec.structs.replace(TO_SECOND, target_share=share)), CALM)
        for share in (0.0, 0.5, 1.0)
    ]
    assert shares[1] - shares[0] == pytest.approx((shares[2] - shares[0]) / 2, rel=0.1)
    assert shares[2] > shares[0] + 1000


def test_a_lean_shows_eight_ways_an_arrow_for_this_one_and_how_far_it_went() -> None:
    nowhere = msgspec.structs.replace(reach_live(2, ()), x_mm=None, y_mm=None)
    there = msgspec.structs.replace(reach_live(2, (80.0, 60.0)), x_mm=None, y_mm=None)
    scene, first, later = Scene(held(LEAN, there)), drawn(LEAN, nowhere), drawn(LEAN, there)
    for number, place_mm in enumerate(there.targets_mm):
        assert colour_at(first, *scene.at(*place_mm)) == (CALM if number == 2 else EDGE)
    x, y = scene.at(START_MM[0] + 80.0, START_MM[1])
    assert colour_at(later, x, y) == INK
    assert colour_at(later, x - 30, y) == TRAIL_COLOUR
    assert count_of(first, TRAIL_COLOUR) < 20
    assert count_of(later, TRAIL_COLOUR) > 1000
    assert "Lean slowly forward." in words(later)
    assert "Furthest lean: 8 cm" in words(later)


@pytest.mark.parametrize(("up", "sign"), [(True, "Heels up"), (False, "Heels down")])
def test_raises_show_a_very_large_count_and_whether_up_or_down_was_seen(up: bool, sign: str) -> None:
    drawing = drawn(RAISES, counted_live(7, 15, up=up))
    number = next(text for text in drawing.texts if text.text == "7")
    assert number.setting.size >= 200
    assert {"of 15", sign} <= set(words(drawing))


def test_raises_have_no_dot_to_chase() -> None:
    live = counted_live(7, 15, up=False)
    moved = msgspec.structs.replace(live, x_mm=80.0, y_mm=-60.0)
    assert (pixels(drawn(RAISES, live)) == pixels(drawn(RAISES, moved))).all()


@pytest.mark.parametrize("shown", [STILL, STILL_CLOSED])
def test_an_assessment_shows_neither_dot_nor_target_nor_anything_that_moves_with_the_body(
    shown: ExerciseView,
) -> None:
    moved = msgspec.structs.replace(
        LIVE, x_mm=90.0, y_mm=40.0, in_target=False, support_percent=2.0, load_n=580.0, target_x_mm=50.0
    )
    nothing = LiveView()
    one = pixels(drawn(shown, LIVE))
    assert (one == pixels(Drawing(View(held(shown, moved), trail=TRAIL)))).all()
    assert (one == pixels(drawn(shown, nothing))).all()
    assert {"Stand as still as you can", "53"} <= set(words(drawn(shown, LIVE)))


@pytest.mark.parametrize(
    ("name", "rung", "side", "places"),
    [
        ("supported-standing", 8, None, ((-0.19, 0), (0.19, 0))),
        ("tandem", 1, "left", ((-0.19, 0.37), (0.19, -0.37))),
        ("tandem", 8, "left", ((0, 0.5), (0, -0.5))),
        ("tandem", 8, "right", ((0, -0.5), (0, 0.5))),
    ],
)
def test_feet_are_drawn_as_they_stand(name: str, rung: int, side: Any, places: Any) -> None:
    shown = exercise(name, rung, side=side)
    left, right = feet_of(shown)
    assert ((left.x, left.y), (right.x, right.y)) == places
    assert left.left
    assert not right.left
    assert count_of(drawn(shown, LIVE), FOOT) > 5000


@pytest.mark.parametrize(("side", "says"), [("left", "Left foot in front"), ("right", "Right foot in front")])
@pytest.mark.parametrize("phase", ["step_on", "hold"])
def test_it_is_said_which_foot_is_in_front(phase: Any, side: Any, says: str) -> None:
    shown = exercise("tandem", 8, side=side)
    assert says in words(Drawing(View(snapshot(phase, exercise=shown, live=LIVE))))


def test_feet_side_by_side_say_nothing_of_a_front() -> None:
    drawing = drawn(exercise("supported-standing", 8), LIVE)
    assert not any("in front" in text for text in words(drawing))


@each_kind
def test_old_numbers_hide_everything_live_of_every_kind(shown: ExerciseView, live: LiveView) -> None:
    one = Drawing(View(held(shown, live), stale=True))
    other = Drawing(View(held(shown, LiveView(), held_s=1.0), stale=True))
    assert (pixels(one) == pixels(other)).all()
    assert any("picture has stopped" in text for text in words(one))


@each_kind
def test_a_fault_hides_everything_live_of_every_kind(shown: ExerciseView, live: LiveView) -> None:
    fault = View(held(shown, live, board_fault="The board needs a moment."), trail=TRAIL)
    assert page_of(fault, fault.snapshot).live is None  # type: ignore[arg-type]
    said = " ".join(words(Drawing(fault)))
    assert "The board needs a moment." in said
    assert not any(digit in said for digit in "0123456789")


@each_kind
def test_in_the_moment_before_a_fault_is_told_nothing_is_made_up(shown: ExerciseView, live: LiveView) -> None:
    drawing = drawn(shown, LiveView(), counting=False, paused_by="fault")
    progress = {f"{number} of {goal}" for number in range(16) for goal in (4, 8, 15)}
    assert not progress & set(words(drawing))
    assert not {str(live.count), "Heels up", "Heels down"} & set(words(drawing))
    assert count_of(drawing, CALM_SOFT) == 0 or not shown.feedback


@each_kind
def test_what_moves_leaves_the_still_part_as_it_is(shown: ExerciseView, live: LiveView) -> None:
    moved = msgspec.structs.replace(
        live,
        load_n=1.0,
        x_mm=1.0,
        y_mm=1.0,
        support_percent=1.0,
        in_target=not live.in_target,
        count=3,
        target_share=0.9,
        reach_mm=(99.0,) * 8,
        up=not live.up,
    )
    one, other = View(held(shown, live), trail=TRAIL), View(held(shown, moved, held_s=8.0, t_ns=9))
    assert still_part(one) == still_part(other)


def test_the_next_target_is_drawn_anew() -> None:
    one, other = (View(held(SHIFT, targets_live(4, 30.0, 15.2, index))) for index in (1, 2))
    assert still_part(one) != still_part(other)


def test_each_kind_has_its_own_picture_of_how_to_stand() -> None:
    setups = [view for name, view in SCREENS.items() if "-setup-" in name]
    card = pygame.Rect(48, 96, 420, 464)
    pictures = {pygame.image.tobytes(Drawing(view).picture.subsurface(card), "RGB") for view in setups}
    assert len(pictures) == len(setups)


@pytest.mark.parametrize("picture", ["walk", "leg-raise", "heel-slide", "core", "heel-to-toe"])
def test_an_exercise_beside_the_board_has_its_picture(picture: str) -> None:
    shown = msgspec.structs.replace(exercise("gentle-core", 1), picture=picture)
    unknown = msgspec.structs.replace(shown, picture="hanging-upside-down")
    one, other = (Drawing(View(snapshot("guided", exercise=each))) for each in (shown, unknown))
    assert words(one) == words(other)
    assert colour_at(one, 60, 300) == CARD, "a picture lies on a card"
    assert (pixels(one) != pixels(other)).any()


def test_left_and_right_are_mirrored_where_somebody_lies() -> None:
    left, right = (
        pixels(Drawing(View(snapshot("guided", exercise=exercise("heel-slides", 1, side=side)))))
        for side in ("left", "right")
    )
    card = slice(60, 456), slice(110, 400)
    assert np.abs(left[card] - right[card][::-1]).mean() < 1
