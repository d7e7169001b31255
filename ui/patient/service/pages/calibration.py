"""Calibration: the choice of a procedure, the keypad for masses, a moment's wait, and what came of it."""

from typing import Final

import pygame

from calibration.spoken import Light
from ui.patient.canvas import Canvas
from ui.patient.lettering import bold, plain
from ui.patient.service.calibration_sheets import (
    AGAIN,
    NEXT,
    ONLY,
    OWN,
    RESTORE,
    VERBS,
    MassSheet,
    MomentSheet,
    ProcedureSheet,
    RestoreSheet,
    ResultSheet,
)
from ui.patient.service.calibration_words import (
    about_words,
    failed_words,
    figure_words,
    light_words,
    verb_words,
)
from ui.patient.service.door import DIGITS, ERASE
from ui.patient.service.pages.keypad import KEY, KEY_GAP, KEY_STEP, LEFT, TOP
from ui.patient.service.pages.parts import GAP, Lamp, back_button, begin, lamp, on_button, pick_button
from ui.patient.service.view import ServiceView
from ui.patient.theme import (
    BODY,
    CALM,
    CARD,
    CONTENT,
    EDGE,
    FOOTER,
    LEAD,
    MARGIN,
    TITLE,
)
from ui.patient.view import View
from ui.patient.widgets import paragraphs, strip
from ui.patient.words import _, decimal

BOX: Final = pygame.Rect(MARGIN, 88, (CONTENT.width - 24) // 2, 146)
WORDS_WIDTH: Final = LEFT - MARGIN - 60
MIDDLE: Final = pygame.Rect(412, FOOTER.top, 356, FOOTER.height)
LIGHTS: Final[dict[Light, Lamp]] = {"green": "good", "amber": "look", "red": "bad"}


def procedures(canvas: Canvas, view: View, service: ServiceView, sheet: ProcedureSheet) -> None:
    """Draw a button for each procedure, with what it takes in it."""
    begin(canvas, view, _("Calibrate the board"))
    for number, verb in enumerate(VERBS):
        row, column = divmod(number, 2)
        rect = BOX.move(column * (BOX.width + 24), row * (BOX.height + GAP))
        pick_button(canvas, service, rect, "", verb)
        top = pygame.Rect(rect.left + 24, rect.top + 14, rect.width - 48, 50)
        canvas.write(verb_words(verb), top, bold(38), align="centre", anchor="middle")
        below = pygame.Rect(rect.left + 24, rect.top + 64, rect.width - 48, rect.height - 76)
        canvas.write(about_words(verb), below, plain(30), align="centre", anchor="middle", balanced=True)
    back_button(canvas, service)
    pick_button(canvas, service, MIDDLE, verb_words("restore"), "restore", size=34)


def restore(canvas: Canvas, view: View, service: ServiceView, sheet: RestoreSheet) -> None:
    """Draw what going back to the calibration before means, and ask for it."""
    begin(canvas, view, verb_words("restore"))
    box = pygame.Rect(MARGIN, 100, CONTENT.width, 150)
    title = _("Weigh again as before the newest calibration?")
    canvas.write(title, box, bold(TITLE), anchor="middle", balanced=True)
    told = (
        _("For when the newest calibration went wrong."),
        _("Results so far keep the calibration they were made with."),
    )
    paragraphs(canvas, pygame.Rect(MARGIN, 280, CONTENT.width, 260), told, LEAD, gap=GAP)
    back_button(canvas, service)
    on_button(canvas, service, _("Take it"), RESTORE)


def masses(canvas: Canvas, view: View, service: ServiceView, sheet: MassSheet) -> None:
    """Draw the mass typed so far, those before it, where one may come from, and the keys."""
    begin(canvas, view, verb_words(sheet.verb))
    title = _("What do you weigh?") if sheet.own else _("What does it weigh?")
    if sheet.of > 1:
        title = _("Mass {number} of {of}").format(number=len(sheet.masses_kg) + 1, of=sheet.of)
    box = pygame.Rect(MARGIN, 92, WORDS_WIDTH, 70)
    canvas.write(title, box, bold(TITLE), anchor="middle")
    typed = pygame.Rect(MARGIN, 176, 420, 104)
    canvas.pen.block(typed, CARD, radius=20, edge=EDGE)
    words = _("{kg} kg").format(kg=decimal(sheet.kg, 2))
    canvas.write(words, typed.inflate(-40, 0), bold(TITLE), align="right", anchor="middle")
    below = pygame.Rect(MARGIN, 296, WORDS_WIDTH, 266)
    if sheet.alike:
        strip(canvas, pygame.Rect(MARGIN, 306, WORDS_WIDTH, 120), _("Too much like the mass before."))
    else:
        paragraphs(canvas, below, _hints(sheet), BODY, gap=14)
    for number, digit in enumerate(DIGITS):
        row, column = divmod(number if digit != "0" else 10, 3)
        pick_button(canvas, service, _key(row, column), digit, digit, size=54)
    if ERASE in sheet.choices:
        pick_button(canvas, service, _key(3, 0), "", ERASE)
        _arrow(canvas, _key(3, 0))
    back_button(canvas, service)
    if ONLY in sheet.choices:
        pick_button(canvas, service, MIDDLE, _("Only this one"), ONLY, size=34)
    if OWN in sheet.choices:
        words = _("A mass instead") if sheet.own else _("My own weight")
        pick_button(canvas, service, MIDDLE, words, OWN, size=34)
    if sheet.main is not None:
        on_button(canvas, service, _("Next"), NEXT)


def _hints(sheet: MassSheet) -> tuple[str, ...]:
    if sheet.own:
        return (
            _("Weigh yourself on a bathroom scale, dressed as you are now. For 71.4 kg type 7140."),
            _("A mass is the better check: bathroom scales are good to half a kilogram or 1 %."),
        )
    known = tuple(_("Before: {kg} kg").format(kg=decimal(kg, 2)) for kg in sheet.masses_kg)
    nobody = (_("Not your own weight: people sway, a mass does not."),) if sheet.verb != "daily" else ()
    return (
        *known,
        _("10 to 20 kg: dumb-bells, or a box of full bottles."),
        _("No scale for it? Step on a bathroom scale with it and without it, and take the difference."),
        *nobody,
    )


def _key(row: int, column: int) -> pygame.Rect:
    return KEY.move(LEFT + column * KEY_STEP, TOP + row * (KEY.height + KEY_GAP))


def _arrow(canvas: Canvas, rect: pygame.Rect) -> None:
    x, y = rect.center
    canvas.pen.stroke([(x + 30, y), (x - 28, y)], 8, CALM)
    canvas.pen.stroke([(x - 8, y - 20), (x - 28, y), (x - 8, y + 20)], 8, CALM)


def moment(canvas: Canvas, view: View, service: ServiceView, sheet: MomentSheet) -> None:
    """Draw that it takes a moment."""
    begin(canvas, view, verb_words(sheet.verb))
    words = _("Working it out …") if sheet.measured else _("One moment …")
    canvas.write(words, pygame.Rect(MARGIN, 240, CONTENT.width, 120), bold(TITLE), anchor="middle")
    back_button(canvas, service)


def result(canvas: Canvas, view: View, service: ServiceView, sheet: ResultSheet) -> None:
    """Draw a light with its words and the figures, or why there is no result."""
    begin(canvas, view, verb_words(sheet.verb))
    if sheet.result is not None:
        light, words, figures = sheet.result.light, light_words(sheet.result), figure_words(sheet.result)
    else:
        light, words, figures = "red", _("There is no result."), ()
    lamp(canvas, (MARGIN + 60, 160), LIGHTS[light], 56)
    box = pygame.Rect(MARGIN + 150, 96, CONTENT.width - 150, 132)
    canvas.write(words, box, bold(48), anchor="middle", balanced=True)
    below = pygame.Rect(MARGIN, 258, CONTENT.width, 300)
    if sheet.failed is not None:
        strip(canvas, pygame.Rect(MARGIN, 258, CONTENT.width, 180), failed_words(sheet.failed))
    elif figures:
        paragraphs(canvas, below, figures, LEAD, gap=GAP)
    back_button(canvas, service)
    if sheet.main is not None:
        on_button(canvas, service, _("Once more"), AGAIN)
