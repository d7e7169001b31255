"""One step of a calibration: the plate with the place on it, how each corner settles, and what to do."""

from typing import Final

import pygame

from calibration.spoken import Kind
from station.sway.reading import CELLS
from ui.patient.canvas import Canvas
from ui.patient.feet import sole
from ui.patient.lettering import bold, plain
from ui.patient.pen import Point
from ui.patient.service.calibration_sheets import DONE, REPEAT, StepSheet
from ui.patient.service.calibration_words import place_words, refused_words, step_words, verb_words
from ui.patient.service.pages.parts import back_button, begin, on_button, pick_button
from ui.patient.service.view import ServiceView
from ui.patient.theme import (
    BODY,
    CALM,
    CALM_SOFT,
    CARD,
    EDGE,
    FOOTER,
    GOOD,
    HAIR,
    LEAD,
    MARGIN,
    QUIET,
    WARM,
    WIDTH,
)
from ui.patient.view import View
from ui.patient.widgets import strip
from ui.patient.words import _

CORNER: Final = pygame.Rect(0, 0, 160, 84)
PLATE: Final = pygame.Rect(MARGIN + CORNER.width + 10, 140, 340, 364)
WORDS: Final = pygame.Rect(PLATE.right + CORNER.width + 50, 84, 0, 476)
WORDS.width = WIDTH - MARGIN - WORDS.left
INSET: Final = 20  # of the cells from the edge of the drawn plate, px
RING: Final = 38
MIDDLE: Final = pygame.Rect(412, FOOTER.top, 356, FOOTER.height)


def step(canvas: Canvas, view: View, service: ServiceView, sheet: StepSheet) -> None:
    """Draw the step in the state it is in."""
    begin(canvas, view, verb_words(sheet.ready.verb))
    _plate(canvas, sheet)
    _words(canvas, sheet)
    back_button(canvas, service)
    if REPEAT in sheet.choices:
        pick_button(canvas, service, MIDDLE, _("The step before"), REPEAT, size=34)
    if sheet.main is not None:
        on_button(canvas, service, _("Done"), DONE)


def _at(sheet: StepSheet, x_mm: float, y_mm: float) -> Point:
    """Return where a place of the plate is on the page; the cells sit `INSET` inside the drawn edge."""
    half_x, half_y = PLATE.width / 2 - INSET, PLATE.height / 2 - INSET
    return (
        PLATE.centerx + x_mm / (sheet.ready.width_mm / 2) * half_x,
        PLATE.centery - y_mm / (sheet.ready.length_mm / 2) * half_y,
    )


def _plate(canvas: Canvas, sheet: StepSheet) -> None:
    canvas.pen.block(PLATE, CARD, radius=30, edge=EDGE, edge_width=4)
    canvas.pen.stroke([(PLATE.centerx, PLATE.top + 20), (PLATE.centerx, PLATE.bottom - 20)], 2, HAIR)
    canvas.pen.stroke([(PLATE.left + 20, PLATE.centery), (PLATE.right - 20, PLATE.centery)], 2, HAIR)
    ahead = pygame.Rect(PLATE.centerx - 100, PLATE.top - 50, 200, 44)
    canvas.write(_("front"), ahead, plain(30, QUIET), align="centre", anchor="middle")
    _mark(canvas, sheet)
    if sheet.step.kind != "person":
        _legend(canvas)
    for number, name in enumerate(CELLS):
        rect = CORNER.copy()
        rect.top = PLATE.top if number < 2 else PLATE.bottom - CORNER.height
        rect.left = PLATE.left - 10 - CORNER.width if number % 2 == 0 else PLATE.right + 10
        _corner(canvas, sheet, rect, number, pressed=sheet.step.corner == name)


def _legend(canvas: Canvas) -> None:
    """Say under the plate what a full disc and an open ring mean."""
    y = PLATE.bottom + 34
    canvas.pen.disc((MARGIN + 60, y), 10, GOOD)
    canvas.pen.ring((MARGIN + 336, y), 9, 4, WARM)
    for left, words in ((MARGIN + 80, _("at rest")), (MARGIN + 356, _("still moving"))):
        canvas.write(words, pygame.Rect(left, y - 20, 236, 40), plain(30, QUIET), anchor="middle")


def _mark(canvas: Canvas, sheet: StepSheet) -> None:
    """Draw where the mass belongs, a ring with a cross in it; or the feet of whoever steps on."""
    if sheet.step.kind == "person":
        for aside, is_left in ((-40, True), (40, False)):
            sole(canvas.pen, (PLATE.centerx + aside, PLATE.centery), 190, CALM_SOFT, left=is_left)
    if sheet.step.kind != "mass":
        return
    x, y = _at(sheet, sheet.step.x_mm, sheet.step.y_mm)
    inside = PLATE.inflate(
        -2 * (RING + 8), -2 * (RING + 8)
    )  # above a cell it would lie on the cell's reading
    x, y = pygame.math.clamp(x, inside.left, inside.right), pygame.math.clamp(y, inside.top, inside.bottom)
    canvas.pen.disc((x, y), RING, CALM_SOFT)
    canvas.pen.ring((x, y), RING, 8, CALM)
    canvas.pen.stroke([(x - 16, y), (x + 16, y)], 6, CALM)
    canvas.pen.stroke([(x, y - 16), (x, y + 16)], 6, CALM)


def _corner(canvas: Canvas, sheet: StepSheet, rect: pygame.Rect, cell: int, *, pressed: bool) -> None:
    """Draw one cell: what it carries, and a full disc once it is still."""
    counts = sheet.counts
    still = counts is not None and counts.still[cell]
    ground = CALM_SOFT if pressed else CARD
    canvas.pen.block(rect, ground, radius=18, edge=CALM if pressed else EDGE, edge_width=6 if pressed else 2)
    light = (rect.left + 24, rect.centery)
    if sheet.step.kind == "person":  # who sways is never still, and need not be
        canvas.pen.disc(light, 9, EDGE)
    elif still:
        canvas.pen.disc(light, 13, GOOD)
    else:
        canvas.pen.ring(light, 11, 5, WARM)
    words = "–"
    if counts is not None and counts.counts[cell] is not None:
        net_n = counts.net_n[cell]
        words = "…" if net_n is None else _("{newtons} N").format(newtons=round(net_n))
    inside = pygame.Rect(rect.left + 48, rect.top, rect.width - 62, rect.height)
    canvas.write(words, inside, bold(BODY), anchor="middle")


def _words(canvas: Canvas, sheet: StepSheet) -> None:
    number = _("Step {number} of {of}").format(number=sheet.step.number, of=sheet.step.of)
    canvas.write(
        number, pygame.Rect(WORDS.left, WORDS.top, WORDS.width, 44), plain(30, QUIET), anchor="middle"
    )
    sentence = pygame.Rect(WORDS.left, WORDS.top + 54, WORDS.width, 146)
    canvas.write(step_words(sheet.step), sentence, bold(46), anchor="middle", balanced=True)
    where = pygame.Rect(WORDS.left, sentence.bottom + 4, WORDS.width, 116)
    canvas.write(place_words(sheet.step), where, plain(BODY), anchor="middle", balanced=True)
    below = pygame.Rect(WORDS.left, where.bottom + 6, WORDS.width, WORDS.bottom - where.bottom - 6)
    if sheet.refused is not None:
        strip(canvas, below, refused_words(sheet.refused), size=32)
    elif sheet.looking:
        share = sheet.counts.progress if sheet.counts is not None else 0.0
        _progress(canvas, below, _meanwhile(sheet.step.kind, begun=share > 0), share)
    elif sheet.step.resumed:
        canvas.write(
            _("This goes on where it was stopped."), below, plain(LEAD), anchor="middle", balanced=True
        )


def _meanwhile(kind: Kind, *, begun: bool) -> str:
    if kind == "person":
        return _("Stand still.") if begun else _("Now step on.")
    return _("Keep pressing.") if kind == "press" else _("Keep away from the board.")


def _progress(canvas: Canvas, box: pygame.Rect, words: str, share: float) -> None:
    above = pygame.Rect(box.left, box.top, box.width, 80)
    canvas.write(words, above, bold(BODY), anchor="middle")
    bar = pygame.Rect(box.left, above.bottom + 6, box.width, 44)
    canvas.pen.block(bar, CARD, radius=22, edge=EDGE)
    filled = bar.inflate(-12, -12)
    filled.width = max(filled.height, round(filled.width * share))
    canvas.pen.block(filled, CALM, radius=16)
