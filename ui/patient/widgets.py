"""The few parts every page is made of: header, buttons, cards, lists."""

from typing import Final

import pygame

from station.session.protocol import Mark, Press
from station.training.snapshot import ExerciseView, Snapshot
from ui.patient.canvas import Action, Align, Canvas
from ui.patient.feet import in_front
from ui.patient.lettering import bold, plain
from ui.patient.pen import Point
from ui.patient.phrases import front_words
from ui.patient.theme import (
    BODY,
    CALM,
    CALM_SOFT,
    CARD,
    EDGE,
    HAIR,
    HEADER,
    INK,
    MARGIN,
    PAPER,
    PAUSE_BUTTON,
    QUIET,
    SIGN,
    SMALLEST,
    START_BUTTON,
    STOP_BUTTON,
    WARM,
    WARM_SOFT,
    mix,
)
from ui.patient.view import View
from ui.patient.words import _, said

START: Final = Press(button="start")
STOP: Final = Press(button="stop")
PAUSE: Final = Press(button="pause")
MARK: Final = Mark()
SIGN_BOX: Final = pygame.Rect(HEADER.right - 214, HEADER.top, 214, HEADER.height)
HEADER_WORDS: Final = pygame.Rect(HEADER.left, HEADER.top, SIGN_BOX.left - HEADER.left - 24, HEADER.height)


def header(
    canvas: Canvas,
    view: View,
    words: str = "",
    *,
    room: pygame.Rect = HEADER_WORDS,
    sign_box: pygame.Rect = SIGN_BOX,
) -> None:
    """Draw the line at the top: who trains, where we are, and whether the board is a simulated one."""
    if view.snapshot is not None and view.service is None:
        words = _with_person(view.snapshot, words)
    if words:
        canvas.write(words, room, plain(30, QUIET), anchor="middle")
    if view.snapshot is not None and view.snapshot.sim:
        canvas.pen.block(sign_box, SIGN, radius=10, edge=INK, edge_width=2)
        sign = sign_box.inflate(-12, -4)
        canvas.write(_("SIMULATED"), sign, bold(30), align="centre", anchor="middle")


def _with_person(snapshot: Snapshot, words: str) -> str:
    """Return the words with the number of whoever trains, where several people share the station."""
    parts = []
    if snapshot.board_fault is not None and not words:
        return ""  # what the board needs is said there
    if snapshot.number is not None and snapshot.phase != "confirm":
        parts.append(snapshot.number if words else _("Number {number}").format(number=snapshot.number))
    if words:
        parts.append(words)
    elif snapshot.supervised and snapshot.phase != "who":
        parts.append(_("Your physiotherapist is with you"))
    return " · ".join(parts)


def button(
    canvas: Canvas, view: View, rect: pygame.Rect, words: str, action: Action, *, main: bool = False
) -> None:
    """Draw a button; the one that leads on (`main`) is filled, all others are outlined."""
    pressed = view.pressed == action
    fill = mix(CALM, INK, 0.5) if main and pressed else CALM if main else CALM_SOFT if pressed else CARD
    canvas.pen.block(rect, fill, radius=26, edge=CALM if main else EDGE)
    inside = rect.inflate(-36, -12)
    colour = CARD if main else INK
    size = 46 if main else 38
    canvas.write(words, inside, bold(size, colour), align="centre", anchor="middle")
    canvas.touchable(rect, action)


def stop_button(canvas: Canvas, view: View) -> None:
    """Draw the way out, in the same place on every page of a session."""
    pressed = view.pressed == STOP
    canvas.pen.block(STOP_BUTTON, CALM_SOFT if pressed else CARD, radius=26, edge=INK)
    square = pygame.Rect(STOP_BUTTON.left + 30, STOP_BUTTON.centery - 13, 26, 26)
    canvas.pen.block(square, INK, radius=4)
    words = pygame.Rect(square.right + 18, STOP_BUTTON.top, 246, STOP_BUTTON.height)
    canvas.write(_("Stop for today"), words, bold(34), anchor="middle")
    canvas.touchable(STOP_BUTTON, STOP)


def pause_button(canvas: Canvas, view: View) -> None:
    """Draw the way to a pause, beside the way out."""
    pressed = view.pressed == PAUSE
    canvas.pen.block(PAUSE_BUTTON, CALM_SOFT if pressed else CARD, radius=26, edge=EDGE)
    canvas.write(_("Pause"), PAUSE_BUTTON.inflate(-24, -12), bold(34), align="centre", anchor="middle")
    canvas.touchable(PAUSE_BUTTON, PAUSE)


def mark_button(canvas: Canvas, view: View, rect: pygame.Rect) -> None:
    """Draw what whoever looks on presses to find this instant again."""
    pressed = view.pressed == MARK
    canvas.pen.block(rect, CALM if pressed else CARD, radius=26, edge=CALM if pressed else EDGE)
    colour = CARD if pressed else INK
    canvas.write(_("Mark"), rect.inflate(-20, -12), bold(38, colour), align="centre", anchor="middle")
    canvas.touchable(rect, MARK)


def start_button(canvas: Canvas, view: View, words: str) -> None:
    """Draw the way on."""
    button(canvas, view, START_BUTTON, words, START, main=True)


def card(canvas: Canvas, rect: pygame.Rect) -> None:
    """Draw a quiet white ground for one thing."""
    canvas.pen.block(rect, CARD, radius=28, edge=HAIR, edge_width=2)


def strip(canvas: Canvas, rect: pygame.Rect, words: str, *, size: int = BODY) -> None:
    """Draw a sentence that asks for attention, on amber with a bar at its side."""
    canvas.pen.wash(WARM_SOFT, rect)
    canvas.pen.wash(WARM, pygame.Rect(rect.left, rect.top, 10, rect.height))
    inside = pygame.Rect(rect.left + 32, rect.top + 6, rect.width - 52, rect.height - 12)
    canvas.write(words, inside, bold(size, WARM), anchor="middle", balanced=True)


def board_notice(canvas: Canvas, view: View) -> None:
    """Say, on pages that show no live board, that the board gives no numbers."""
    snapshot = view.snapshot
    if snapshot is not None and snapshot.board_fault:
        strip(
            canvas,
            pygame.Rect(MARGIN, 20, SIGN_BOX.left - MARGIN - 24, 84),
            said(snapshot.board_fault),
            size=30,
        )


def tick(canvas: Canvas, centre: Point, radius: float) -> None:
    """Draw a done mark: a check on a filled disc."""
    canvas.pen.disc(centre, radius, CALM)
    x, y = centre
    path = [(-0.42, 0.04), (-0.1, 0.36), (0.46, -0.32)]
    canvas.pen.stroke([(x + a * radius, y + b * radius) for a, b in path], radius * 0.2, CARD)


def numbered(canvas: Canvas, centre: Point, radius: float, number: int) -> None:
    """Draw a number in a circle: something still to be done."""
    canvas.pen.disc(centre, radius, EDGE)
    canvas.pen.disc(centre, radius - 3, CARD)
    box = pygame.Rect(
        round(centre[0] - radius), round(centre[1] - radius), round(2 * radius), round(2 * radius)
    )
    canvas.write(str(number), box, bold(34), align="centre", anchor="middle")


def paragraphs(
    canvas: Canvas,
    box: pygame.Rect,
    sentences: tuple[str, ...],
    size: int,
    *,
    gap: int = 18,
    align: Align = "left",
) -> int:
    """Set sentences one below the other, all at one size that fits; return where they end."""
    top = box.top
    size_used, heights = _common_size(canvas, box, sentences, size, gap)
    for sentence, height in zip(sentences, heights, strict=True):
        canvas.write(
            sentence,
            pygame.Rect(box.left, top, box.width, height),
            plain(size_used),
            align=align,
            balanced=True,
        )
        top += height + gap
    return top - gap


def _common_size(
    canvas: Canvas, box: pygame.Rect, sentences: tuple[str, ...], size: int, gap: int
) -> tuple[int, list[int]]:
    """Return the largest size at which all sentences fit below each other, and their heights."""
    for tried in range(size, SMALLEST, -2):
        heights = [canvas.height(sentence, box.width, tried) for sentence in sentences]
        if sum(heights) + gap * (len(heights) - 1) <= box.height:
            return tried, heights
    return SMALLEST, [canvas.height(sentence, box.width, SMALLEST) for sentence in sentences]


def front_label(canvas: Canvas, room: pygame.Rect, exercise: ExerciseView | None, *, width: int) -> None:
    """Say which foot is in front, in the upper corner of a picture of the feet that is free."""
    front = in_front(exercise)
    if front is None:
        return
    box = pygame.Rect(room.left + 22, room.top + 20, width, 130)
    if front == "left":
        box.right = room.right - 22
    align: Align = "right" if front == "left" else "left"
    canvas.write(front_words(front), box, bold(32), align=align, balanced=True)


def paper(canvas: Canvas) -> None:
    """Begin an empty page."""
    canvas.pen.wash(PAPER)
