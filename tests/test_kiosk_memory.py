"""What the kiosk keeps for speed stays small, and is never seen."""

import pygame

from ui.patient.book import draw_still
from ui.patient.canvas import Canvas, large_sheet
from ui.patient.examples import every_screen
from ui.patient.lettering import KEPT_BYTES, Lettering
from ui.patient.theme import INK
from ui.patient.view import still_part

SIZE_PX = (320, 180)
SCALE = 0.25


def test_every_page_looks_on_a_used_sheet_as_on_a_new_one() -> None:
    lettering, used = Lettering(SCALE), large_sheet(SIZE_PX)
    for name, view in every_screen().items():
        used.fill((255, 0, 255))
        pictures = []
        for sheet in (used, None):
            picture = pygame.Surface(SIZE_PX, depth=32)
            draw_still(Canvas(picture, SCALE, lettering, sheet=sheet), still_part(view))
            pictures.append(picture.get_view("2").raw)
        assert pictures[0] == pictures[1], name


def test_lines_kept_as_pictures_take_no_more_than_their_share() -> None:
    lettering = Lettering(1.0)
    for number in range(300):
        lettering.picture(f"a line of some length, and its number is {number}", 40, "regular", INK)
    kept = list(lettering._pictures.values())
    assert 10 < len(kept) < 300
    assert sum(picture.get_pitch() * picture.get_height() for picture in kept) <= KEPT_BYTES


def test_a_line_longer_than_that_share_is_still_drawn() -> None:
    lettering = Lettering(8.0)
    assert lettering.picture("x" * 60, 60, "bold", INK).get_width() > 1280
