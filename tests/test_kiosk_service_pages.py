"""Every page of the service area offers what its sheet says, and the mark is seen."""

import pygame
import pytest

from ui.patient.canvas import Pick
from ui.patient.examples import every_screen, snapshot
from ui.patient.screens import Drawing
from ui.patient.service.examples import service_sheets
from ui.patient.service.view import BACK, ServiceView
from ui.patient.view import View

SHEETS = service_sheets()
each_sheet = pytest.mark.parametrize("name", SHEETS)


def drawn(name: str, mark: str | None = None) -> Drawing:
    return Drawing(View(snapshot("welcome"), service=ServiceView(SHEETS[name], mark)))


@each_sheet
def test_each_choice_has_one_button_and_there_are_no_others(name: str) -> None:
    actions = [button.action for button in drawn(name).buttons]
    assert len(actions) == len(SHEETS[name].choices)
    assert set(actions) == {Pick(choice) for choice in SHEETS[name].choices}
    assert Pick(BACK) in actions


@each_sheet
def test_the_mark_is_seen_on_each_choice(name: str) -> None:
    plain = pygame.image.tobytes(drawn(name).picture, "RGB")
    seen = {pygame.image.tobytes(drawn(name, choice).picture, "RGB") for choice in SHEETS[name].choices}
    assert len(seen) == len(SHEETS[name].choices)
    assert plain not in seen


def test_every_sheet_is_among_the_pictures() -> None:
    assert set(SHEETS) < set(every_screen())


def test_an_open_area_hides_a_hold_and_nothing_moves_on_it() -> None:
    view = View(None, service=ServiceView(SHEETS["68-service-restart"]))
    assert Pick("restart") in [button.action for button in Drawing(view).buttons]
