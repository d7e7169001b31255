"""Before and between holds: plan, set-up, rest and welcome show all they have to say."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pygame
import pytest

from station.training.questions import CHECK_IN, as_question
from station.training.routine import shipped_routines
from station.training.snapshot import Snapshot
from station.training.words import GETTING_READY
from ui.patient.examples import LONG_CUE, exercise, snapshot
from ui.patient.pages.setup import PICTURE as STANCE
from ui.patient.phrases import device_words
from ui.patient.screens import Drawing
from ui.patient.theme import CALM, HEIGHT, WIDTH
from ui.patient.view import View
from ui.patient.widgets import START

PAGE = pygame.Rect(0, 0, WIDTH, HEIGHT)


def pixels(picture: pygame.Surface) -> npt.NDArray[np.float64]:
    return pygame.surfarray.array3d(picture).astype(float)


def test_long_words_of_the_care_team_fit() -> None:
    question = as_question(CHECK_IN[2], number=1, of=9)
    note = "Please keep both hands on the walker today and rest when you feel tired. " * 4
    cues = (
        "Stand as tall as you can and let your shoulders sink while you breathe out, slowly and calmly.",
    ) * 3
    long = msgspec.structs.replace(snapshot("setup").plan[0], cues=cues, why=cues[0])
    asked, setup = snapshot("checkin", question=question, note=note[:300]), snapshot("setup", exercise=long)
    for view in (View(asked), View(setup), View(setup, leaf=1)):
        assert all(text.setting.fits and PAGE.contains(text.rect) for text in Drawing(view).texts)


def leaves_of(shown: Snapshot) -> list[str]:
    """Every text of a page on all its leaves."""
    texts: list[str] = []
    for leaf in range(20):
        drawing = Drawing(View(shown, leaf=leaf))
        assert all(text.setting.fits and PAGE.contains(text.rect) for text in drawing.texts)
        texts += [text.text for text in drawing.texts]
        if START in [button.action for button in drawing.buttons]:
            return texts
    raise AssertionError("the page never ends")


@pytest.mark.parametrize("count", [1, 3, 9])
def test_cues_of_200_characters_are_all_shown_and_none_is_cut(count: int) -> None:
    cues = tuple(f"{n} {LONG_CUE} {LONG_CUE} {LONG_CUE}"[:200] for n in range(count))
    why = f"Why {LONG_CUE} {LONG_CUE} {LONG_CUE}"[:200]
    long = msgspec.structs.replace(snapshot("setup").plan[0], cues=cues, why=why)
    texts = leaves_of(snapshot("setup", exercise=long))
    assert set(cues) | {why} <= set(texts)


def test_the_shipped_exercises_fit_on_one_leaf() -> None:
    for name, routine in shipped_routines().items():
        for rung in range(1, len(routine.rungs) + 1):
            shown = snapshot("setup", exercise=exercise(name, rung, side="left" if routine.sided else None))
            assert START in [button.action for button in Drawing(View(shown)).buttons], (name, rung)


@pytest.mark.parametrize("device", ["walker", "cane", "crutches", "none"])
def test_the_setup_shows_the_prescribed_device_and_how_to_hold_it(device: Any) -> None:
    drawing = Drawing(View(snapshot("setup", device=device)))
    assert device_words(device) in [text.text for text in drawing.texts]


def test_each_device_has_its_own_picture() -> None:
    pictures = {
        pygame.image.tobytes(
            Drawing(View(snapshot("setup", device=device))).picture.subsurface(STANCE), "RGB"
        )
        for device in ("walker", "cane", "crutches", "none")
    }
    assert len(pictures) == 4


def test_there_is_no_start_while_the_board_gets_ready_and_it_comes_by_itself() -> None:
    waiting = snapshot("welcome", ready=False, board_fault=GETTING_READY)
    drawing = Drawing(View(waiting))
    assert START not in [button.action for button in drawing.buttons]
    assert GETTING_READY in [text.text for text in drawing.texts]
    ready = msgspec.structs.replace(waiting, ready=True, board_fault=None)
    assert START in [button.action for button in Drawing(View(ready)).buttons]


def test_the_rest_ring_runs_empty() -> None:
    def ring_px(left_s: float) -> int:
        picture = Drawing(View(snapshot("rest", rest_s=left_s, rest_total_s=20.0))).picture
        return int((np.abs(pixels(picture)[:560] - np.array(CALM)).max(axis=2) < 3).sum())

    full, half, empty = ring_px(20.0), ring_px(10.0), ring_px(0.0)
    assert half - empty == pytest.approx((full - empty) / 2, rel=0.1)
    assert full > half > empty


def test_a_plan_of_20_exercises_shows_what_is_next_and_how_many_more() -> None:
    one = snapshot("plan").plan[0]
    plan = tuple(msgspec.structs.replace(one, title=f"Exercise {n}", done=n < 7) for n in range(20))
    texts = [text.text for text in Drawing(View(snapshot("plan", plan=plan))).texts]
    assert "Exercise 7" in texts
    assert any(text.startswith("and ") for text in texts)
