"""The live picture of a hold: true to the board, at one scale, and never of old or missing data."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pygame
import pytest

from ui.patient.book import page_of
from ui.patient.examples import LIVE, TRAIL, every_screen, snapshot
from ui.patient.place import PICTURE, Scene
from ui.patient.screens import Drawing
from ui.patient.theme import INK
from ui.patient.view import View

SCREENS = every_screen()


def pixels(picture: pygame.Surface) -> npt.NDArray[np.float64]:
    return pygame.surfarray.array3d(picture).astype(float)


def holding(**changes: Any) -> Drawing:
    stale = changes.pop("stale", False)
    facts: dict[str, Any] = {"live": LIVE, "held_s": 7.2, "counting": True}
    return Drawing(View(snapshot("hold", **{**facts, **changes}), stale=stale, trail=TRAIL))


def dot_px(drawing: Drawing) -> int:
    """How many pixels of the board, between the feet, have the colour of the dot."""
    board = pixels(drawing.picture)[700:1180, 200:600]
    return int((np.abs(board - np.array(INK)).max(axis=2) < 3).sum())


def dot_centre(drawing: Drawing) -> npt.NDArray[np.float64]:
    """The middle of what has the colour of the dot inside the picture of the board."""
    ink = np.argwhere(np.abs(pixels(drawing.picture) - np.array(INK)).max(axis=2) < 3)
    inside = PICTURE.inflate(-20, -20)
    on_board = (ink[:, 0] > inside.left) & (ink[:, 1] > inside.top) & (ink[:, 1] < inside.bottom)
    centre: npt.NDArray[np.float64] = ink[on_board].mean(axis=0)
    return centre


@pytest.mark.parametrize(
    ("rim_mm", "middle_mm", "px_per_mm"), [(None, (2.0, 0.0), 596 / 250), (150.0, (0.0, 0.0), 596 / 324)]
)
def test_the_dot_is_where_the_centre_of_pressure_is_at_one_scale_for_both_axes(
    rim_mm: float | None, middle_mm: tuple[float, float], px_per_mm: float
) -> None:
    exercise = msgspec.structs.replace(snapshot("hold").plan[0], rim_mm=rim_mm)
    live = msgspec.structs.replace(LIVE, x_mm=50.0, y_mm=-70.0)
    drawing = holding(live=live, exercise=exercise)
    away = (50.0 - middle_mm[0]) * px_per_mm, (70.0 + middle_mm[1]) * px_per_mm
    expected = PICTURE.centerx + away[0], PICTURE.centery + away[1]
    assert dot_centre(drawing) == pytest.approx(expected, abs=2)


def test_a_centre_of_pressure_beyond_the_picture_is_pointed_at_from_its_border() -> None:
    beyond = dot_centre(holding(live=msgspec.structs.replace(LIVE, x_mm=160.0, y_mm=0.0)))
    assert PICTURE.right - 60 < beyond[0] < PICTURE.right
    assert beyond[1] == pytest.approx(PICTURE.centery, abs=2)


def test_the_same_exercise_is_shown_at_the_same_scale_whatever_else_is_planned() -> None:
    plan = snapshot("hold").plan
    alone, among = snapshot("hold", plan=plan[:1], live=LIVE), snapshot("hold", live=LIVE)
    assert Scene(alone).px_per_mm == Scene(among).px_per_mm


def test_the_dot_is_gone_where_the_board_gives_no_numbers_and_with_closed_eyes() -> None:
    assert dot_px(holding()) > 400
    assert dot_px(holding(live=msgspec.structs.replace(LIVE, x_mm=None, y_mm=None))) == 0
    closed = SCREENS["29-hold-eyes-closed"].snapshot
    assert closed is not None
    moved = msgspec.structs.replace(closed, live=msgspec.structs.replace(closed.live, x_mm=90.0))
    assert (pixels(Drawing(View(closed)).picture) == pixels(Drawing(View(moved)).picture)).all()


@pytest.mark.parametrize("phase", ["step_on", "weigh", "countdown", "hold"])
def test_a_fault_shows_its_sentence_and_nothing_that_was_live(phase: Any) -> None:
    fault = View(snapshot(phase, live=LIVE, held_s=3.0, board_fault="The board needs a moment."), trail=TRAIL)
    assert page_of(fault, fault.snapshot).live is None  # type: ignore[arg-type]
    texts = [text.text for text in Drawing(fault).texts]
    assert "The board needs a moment." in texts
    assert not any(digit in "".join(texts) for digit in "0123456789")


def test_stale_data_is_not_drawn() -> None:
    one = holding(stale=True)
    other = holding(
        stale=True, live=msgspec.structs.replace(LIVE, x_mm=-80.0, support_percent=33.0), held_s=9.0
    )
    assert (pixels(one.picture) == pixels(other.picture)).all()
    assert any("picture has stopped" in text.text for text in one.texts)
