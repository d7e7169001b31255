"""The simulation: what breaks, at which corner of the plate, and what the simulated person does."""

from typing import Final

import pygame

from ui.patient.canvas import Canvas, Pick
from ui.patient.feet import sole
from ui.patient.lettering import bold, plain
from ui.patient.service.check_words import corner_words
from ui.patient.service.pages.parts import (
    GAP,
    back_button,
    begin,
    button_colours,
    mark,
    on_button,
    pick_button,
)
from ui.patient.service.simulation import (
    DEEDS,
    KINDS,
    MEND,
    Broken,
    CornerSheet,
    SimulationSheet,
    deed_words,
    kind_words,
)
from ui.patient.service.view import ServiceView
from ui.patient.theme import BODY, BUTTON_HEIGHT, CARD, CONTENT, EDGE, FOOT, LEAD, MARGIN, QUIET, TITLE
from ui.patient.view import View
from ui.patient.widgets import strip
from ui.patient.words import _

COLUMN: Final = 276
KIND_LEFT: Final = CONTENT.left
DEED_LEFT: Final = CONTENT.right - 2 * COLUMN - GAP
HEAD: Final = pygame.Rect(0, 88, 2 * COLUMN + GAP, 44)
TOP: Final = 144
PLATE: Final = pygame.Rect(660, 96, 572, 464)
CORNER: Final = (200, 150)


def simulation(canvas: Canvas, view: View, service: ServiceView, sheet: SimulationSheet) -> None:
    """Draw the faults at the left, the person's deeds at the right, and what is broken now."""
    begin(canvas, view, _("Simulation"))
    canvas.write(_("Let something break"), HEAD.move(KIND_LEFT, 0), bold(BODY), anchor="middle")
    canvas.write(_("The simulated person"), HEAD.move(DEED_LEFT, 0), bold(BODY), anchor="middle")
    for number, kind in enumerate(KINDS):
        pick_button(canvas, service, _cell(KIND_LEFT, number), kind_words(kind), kind, size=34)
    for number, deed in enumerate(DEEDS):
        pick_button(canvas, service, _cell(DEED_LEFT, number), deed_words(deed), deed, size=34)
    below = pygame.Rect(DEED_LEFT, TOP + 2 * (BUTTON_HEIGHT + GAP), HEAD.width, 140)
    if sheet.broken:
        strip(canvas, below, ", ".join(map(_broken_words, sheet.broken)), size=30)
    else:
        canvas.write(_("Nothing is broken."), below, plain(BODY, QUIET), anchor="middle")
    back_button(canvas, service)
    on_button(canvas, service, _("Mend all"), MEND)


def _cell(left: int, number: int) -> pygame.Rect:
    row, column = divmod(number, 2)
    return pygame.Rect(
        left + column * (COLUMN + GAP), TOP + row * (BUTTON_HEIGHT + GAP), COLUMN, BUTTON_HEIGHT
    )


def _broken_words(broken: Broken) -> str:
    kind, cell = broken
    if cell is None:
        return kind_words(kind)
    return _("{what}: {where}").format(what=kind_words(kind), where=cell)


def corner(canvas: Canvas, view: View, service: ServiceView, sheet: CornerSheet) -> None:
    """Draw the plate with its four corners to choose from."""
    begin(canvas, view, _("Simulation"))
    left = pygame.Rect(MARGIN, 110, PLATE.left - MARGIN - 60, 90)
    canvas.write(kind_words(sheet.kind), left, bold(TITLE), anchor="middle")
    canvas.write(_("Which corner?"), left.move(0, 110), plain(LEAD), anchor="middle")
    canvas.pen.block(PLATE, CARD, radius=34, edge=EDGE, edge_width=4)
    for x, is_left in ((-36, True), (36, False)):
        sole(canvas.pen, (PLATE.centerx + x, PLATE.centery + 14), 190, FOOT, left=is_left)
    ahead = pygame.Rect(PLATE.centerx - 90, PLATE.top + 16, 180, 44)
    canvas.write(_("front"), ahead, plain(BODY, QUIET), align="centre", anchor="middle")
    for cell, place in (("FL", "topleft"), ("FR", "topright"), ("RL", "bottomleft"), ("RR", "bottomright")):
        rect = pygame.Rect((0, 0), CORNER)
        inner = PLATE.inflate(-32, -32)
        setattr(rect, place, getattr(inner, place))
        ground, edge, ink = button_colours(service, cell)
        mark(canvas, service, rect, cell)
        canvas.pen.block(rect, ground, edge=edge)
        code = pygame.Rect(rect.left + 12, rect.top + 8, rect.width - 24, 48)
        canvas.write(cell, code, bold(40, ink), align="centre", anchor="middle")
        words = pygame.Rect(code.left, code.bottom, code.width, rect.bottom - code.bottom - 8)
        canvas.write(
            corner_words(cell), words, plain(30, ink), align="centre", anchor="middle", balanced=True
        )
        canvas.touchable(rect, Pick(cell))
    back_button(canvas, service)
