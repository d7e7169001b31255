"""The keypad: a PIN asked for, or set."""

from collections.abc import Sequence
from typing import Final

import pygame

from ui.patient.canvas import Canvas
from ui.patient.lettering import bold
from ui.patient.service.door import DIGITS, ERASE, OK, PinSheet
from ui.patient.service.pages.parts import back_button, begin, on_button, pick_button
from ui.patient.service.pin import LONGEST, SHORTEST
from ui.patient.service.view import BACK, ServiceView
from ui.patient.theme import BODY, CALM, CARD, EDGE, INK, MARGIN, START_BUTTON
from ui.patient.view import View
from ui.patient.widgets import paragraphs, strip
from ui.patient.words import _, counted

KEY: Final = pygame.Rect(0, 0, 136, 108)
KEY_GAP: Final = 12  # down; across it is what makes the keys as wide as OK below them
KEY_STEP: Final = (START_BUTTON.width - KEY.width) // 2
LEFT: Final = START_BUTTON.left
TOP: Final = 92
WORDS: Final = pygame.Rect(MARGIN, 104, LEFT - MARGIN - 72, 80)
DOTS_Y: Final = 232
DOT: Final = 17
DOT_STEP: Final = 66


def keypad(canvas: Canvas, view: View, service: ServiceView, sheet: PinSheet) -> None:
    """Draw what is asked for, a dot for each digit, and the keys."""
    begin(canvas, view, "")
    title = {"enter": _("PIN, please"), "new": _("Choose a PIN"), "again": _("The same PIN again")}[
        sheet.asked
    ]
    canvas.write(title, WORDS, bold(56), anchor="middle")
    _dots(canvas, sheet)
    _words(canvas, sheet)
    if BACK not in sheet.choices[:1]:
        draw_keys(canvas, service, sheet.choices)
    back_button(canvas, service)
    if sheet.main is not None:
        on_button(canvas, service, _("OK"), OK)


def _dots(canvas: Canvas, sheet: PinSheet) -> None:
    for place in range(LONGEST):
        centre = (WORDS.left + DOT + 4 + place * DOT_STEP, DOTS_Y)
        needed = place < SHORTEST
        if place < sheet.count:
            canvas.pen.disc(centre, DOT, INK)
        elif needed or place == sheet.count:
            canvas.pen.disc(centre, DOT, EDGE)
            canvas.pen.disc(centre, DOT - 4, CARD)
        else:
            canvas.pen.disc(centre, 5, EDGE)


def _words(canvas: Canvas, sheet: PinSheet) -> None:
    box = pygame.Rect(WORDS.left, 284, WORDS.width, 110)
    if sheet.trouble == "wrong" or sheet.wait_s:
        words = _("That is not the PIN.")
        if sheet.wait_s:
            words = counted(
                "Too many wrong PINs. Try again in {count} second.",
                "Too many wrong PINs. Try again in {count} seconds.",
                sheet.wait_s,
            )
        strip(canvas, box, words)
    elif sheet.trouble == "differ":
        strip(canvas, box, _("The two were not the same. Choose a PIN once more."))
    elif sheet.asked == "new":
        sentences = (
            _("4 to 8 digits, for this screen only."),
            _("You will be asked for it here from now on."),
        )
        paragraphs(canvas, box.inflate(0, 60).move(0, 30), sentences, BODY)
    below = pygame.Rect(WORDS.left, 424, WORDS.width, 140)
    if sheet.asked == "enter":
        paragraphs(canvas, below, (_("Forgotten? On this computer, balance-ui --forget-pin clears it."),), 30)


def draw_keys(canvas: Canvas, service: ServiceView, choices: Sequence[str]) -> None:
    """Draw ten digits, and what takes the last one back where that is among the choices."""
    for number, digit in enumerate(DIGITS):
        row, column = divmod(number if digit != "0" else 10, 3)
        rect = KEY.move(LEFT + column * KEY_STEP, TOP + row * (KEY.height + KEY_GAP))
        pick_button(canvas, service, rect, digit, digit, size=54)
    if ERASE in choices:
        rect = KEY.move(LEFT, TOP + 3 * (KEY.height + KEY_GAP))
        pick_button(canvas, service, rect, "", ERASE)
        _arrow(canvas, rect)


def _arrow(canvas: Canvas, rect: pygame.Rect) -> None:
    """Draw an arrow to the left: the last digit goes."""
    x, y = rect.centerx, rect.centery
    canvas.pen.stroke([(x + 30, y), (x - 28, y)], 8, CALM)
    canvas.pen.stroke([(x - 8, y - 20), (x - 28, y), (x - 8, y + 20)], 8, CALM)
