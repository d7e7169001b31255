"""A page with a mistake in it: said once, calm on the screen, stoppable, and over with the page."""

from typing import get_args

import pygame
import pytest

from station.session.protocol import Press
from station.training.snapshot import Phase, Snapshot
from tests.test_kiosk_app import Bench, bench, hold  # noqa: F401 - a fixture
from ui.patient import book
from ui.patient.book import PAGES, Page
from ui.patient.canvas import Canvas
from ui.patient.examples import snapshot
from ui.patient.view import TRAINING_PHASES, View

STOP = Press(button="stop")


def wrong(canvas: Canvas, view: View, shown: Snapshot) -> None:
    raise ZeroDivisionError("by nothing")


@pytest.mark.parametrize("phase", get_args(Phase))
def test_whatever_page_is_wrong_a_calm_one_is_shown_and_training_can_be_stopped(
    phase: Phase,
    bench: Bench,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(book.PAGES, phase, Page(wrong))
    station = bench.connect()
    said = len(bench.said)
    station.show(snapshot(phase))
    assert bench.pass_ms(16)
    assert not bench.pass_ms(16), "the calm page is drawn once"
    (words,) = bench.said[said:-1] or bench.said[said:]
    assert f"page {phase} cannot be drawn (ZeroDivisionError: by nothing; test_kiosk_stagehand.py" in words
    assert (STOP in [button.action for button in bench.window.buttons]) == (phase in TRAINING_PHASES)
    if phase in TRAINING_PHASES:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE))
        bench.pass_ms(16)
        assert station.heard() == STOP


def test_the_next_page_is_drawn_as_ever(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setitem(book.PAGES, "setup", Page(wrong))
    station = bench.connect()
    station.show(snapshot("setup"))
    bench.pass_ms(16)
    station.show(snapshot("welcome"))
    assert bench.pass_ms(16)
    assert Press(button="start") in [button.action for button in bench.window.buttons]


def test_a_mistake_in_what_moves_is_said_once_not_fifty_times_a_second(
    bench: Bench,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(book.PAGES, "hold", Page(PAGES["hold"].still, wrong))
    station = bench.connect()
    drawn = []
    for number in range(20):
        station.show(hold(number))
        drawn.append(bench.pass_ms(16))
    assert drawn == [True] + [False] * 19
    assert sum("cannot be drawn" in words for words in bench.said) == 1
