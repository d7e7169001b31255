"""What the pages of the service area share: buttons that can be marked, and the way back."""

from typing import Final, Literal

import pygame

from ui.patient.canvas import Canvas, Pick
from ui.patient.lettering import bold
from ui.patient.pen import Point
from ui.patient.service.view import BACK, ServiceView
from ui.patient.theme import (
    BAD,
    CALM,
    CALM_SOFT,
    CARD,
    EDGE,
    GOOD,
    INK,
    PAPER,
    SIGN,
    START_BUTTON,
    STOP_BUTTON,
    WARM,
    Colour,
    mix,
)
from ui.patient.view import View
from ui.patient.widgets import header, paper
from ui.patient.words import _

GAP: Final = 16
MARK_OUT: Final = 7  # how far the mark stands out around its button, px
MARK_WIDTH: Final = 5
Lamp = Literal["good", "look", "bad"]


def begin(canvas: Canvas, view: View, words: str) -> None:
    """Begin a page: paper, where we are, and the sign of a simulated board."""
    paper(canvas)
    header(canvas, view, _("Service: {page}").format(page=words) if words else _("Service"))


def pick_button(  # noqa: PLR0913 - how it looks is said by name
    canvas: Canvas,
    service: ServiceView,
    rect: pygame.Rect,
    words: str,
    choice: str,
    *,
    main: bool = False,
    chosen: bool = False,
    size: int = 38,
) -> None:
    """Draw one choice: filled when it leads on, tinted when it is the one in force, framed when marked."""
    ground, edge, ink = button_colours(service, choice, main=main, chosen=chosen)
    mark(canvas, service, rect, choice)
    canvas.pen.block(rect, ground, radius=26, edge=edge, edge_width=6 if chosen else 3)
    canvas.write(
        words, rect.inflate(-36, -12), bold(size, ink), align="centre", anchor="middle", balanced=True
    )
    canvas.touchable(rect, Pick(choice))


def button_colours(
    service: ServiceView, choice: str, *, main: bool = False, chosen: bool = False
) -> tuple[Colour, Colour, Colour]:
    """Return ground, edge and ink of a button."""
    pressed = service.pressed == choice
    if main:
        return (mix(CALM, INK, 0.5) if pressed else CALM), CALM, CARD
    ground = CALM_SOFT if pressed or chosen else CARD
    return ground, (CALM if chosen else EDGE), INK


def mark(canvas: Canvas, service: ServiceView, rect: pygame.Rect, choice: str) -> None:
    """Draw the mark around a button, under it: a frame at some distance, so that it is seen on any ground."""
    if service.mark != choice:
        return
    around = rect.inflate(2 * MARK_OUT, 2 * MARK_OUT)
    canvas.pen.block(around, PAPER, radius=26 + MARK_OUT, edge=WARM, edge_width=MARK_WIDTH)


def back_button(canvas: Canvas, service: ServiceView) -> None:
    """Draw the way back, in the same place on every page."""
    pick_button(canvas, service, STOP_BUTTON, _("Back"), BACK)


def on_button(canvas: Canvas, service: ServiceView, words: str, choice: str) -> None:
    """Draw the way on."""
    pick_button(canvas, service, START_BUTTON, words, choice, main=True, size=42)


def lamp(canvas: Canvas, centre: Point, light: Lamp, radius: float) -> None:
    """Draw a light that is told apart by its shape too: a tick, an exclamation mark, a cross."""
    x, y = centre
    pen = canvas.pen
    if light == "good":
        pen.disc(centre, radius, GOOD)
        path = [(-0.42, 0.04), (-0.1, 0.36), (0.46, -0.32)]
        pen.stroke([(x + a * radius, y + b * radius) for a, b in path], radius * 0.2, CARD)
    elif light == "look":
        pen.disc(centre, radius, INK)
        pen.disc(centre, radius - 4, SIGN)
        pen.stroke([(x, y - 0.5 * radius), (x, y + 0.1 * radius)], radius * 0.2, INK)
        pen.disc((x, y + 0.48 * radius), radius * 0.13, INK)
    else:
        pen.disc(centre, radius, BAD)
        for way in (-1, 1):
            arm = 0.36 * radius
            pen.stroke([(x - arm, y - way * arm), (x + arm, y + way * arm)], radius * 0.2, CARD)
