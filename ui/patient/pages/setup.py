"""How to stand for the next exercise: a picture, what the hands do, the cues, and why this step."""

from typing import Final, NamedTuple

import pygame

from station.training.snapshot import ExerciseView, Snapshot
from ui.patient.canvas import Canvas, Turn
from ui.patient.figures import stance_picture
from ui.patient.lettering import LINE_PITCH, bold, plain
from ui.patient.phrases import device_words, manner_words, title_words
from ui.patient.theme import (
    CALM,
    CONTENT,
    MARGIN,
    QUIET,
    SMALLEST,
    START_BUTTON,
    STOP_BUTTON,
    TITLE,
    WIDTH,
)
from ui.patient.view import View
from ui.patient.widgets import board_notice, button, card, header, paper, start_button, stop_button
from ui.patient.words import _, said

PICTURE: Final = pygame.Rect(MARGIN, CONTENT.top, 420, CONTENT.height)
BESIDE: Final = pygame.Rect(
    PICTURE.right + 44, CONTENT.top, WIDTH - MARGIN - PICTURE.right - 44, CONTENT.height
)
TITLE_HEIGHT: Final = 66
HANDS_PX: Final = 30  # what does not fit one line of these goes on two
HANDS_HEIGHTS: Final = (50, 74)
NEXT: Final = pygame.Rect(
    CONTENT.left, CONTENT.top + TITLE_HEIGHT + 14, CONTENT.width, CONTENT.height - TITLE_HEIGHT - 14
)
BACK_BUTTON: Final = pygame.Rect(
    STOP_BUTTON.right + 24, STOP_BUTTON.top, START_BUTTON.left - STOP_BUTTON.right - 48, STOP_BUTTON.height
)
DOT_ROOM: Final = 34
GAP: Final = 12
WIDEST_GAP: Final = 24
LARGEST: Final = 38
FEWEST_PX: Final = 32  # on one leaf; with smaller letters two leaves are easier to read
LONG_PX: Final = 30  # on several leaves


class Item(NamedTuple):
    """One sentence: a cue with its dot, or the reason for this step without one."""

    text: str
    cue: bool = True


Leaves = tuple[tuple[Item, ...], ...]


def setup(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Draw one leaf; the button that leads on turns to the next, and on the last one begins."""
    paper(canvas)
    exercise = snapshot.exercise
    stop_button(canvas, view)
    board_notice(canvas, view)
    if exercise is None:
        header(canvas, view)
        start_button(canvas, view, _("I am ready"))
        return
    header(canvas, view, _exercise_place(snapshot))
    size, leaves = _leaves(canvas, exercise, device_words(snapshot.device))
    leaf = min(view.leaf, len(leaves) - 1)
    if leaf == 0:
        card(canvas, PICTURE)
        scale = (PICTURE.height - 24) / 480
        at = (PICTURE.centerx - 200 * scale, PICTURE.top + 6)
        stance_picture(canvas.pen, at, scale, exercise, snapshot.device)
    beside = BESIDE if leaf == 0 else CONTENT
    title = pygame.Rect(beside.left, beside.top, beside.width, TITLE_HEIGHT)
    canvas.write(title_words(exercise), title, bold(TITLE), anchor="middle")
    if leaf == 0:
        hands = pygame.Rect(BESIDE.left, title.bottom, BESIDE.width, _hands_height(canvas, exercise))
        canvas.write(manner_words(exercise), hands, bold(38, CALM), anchor="middle")
    _items(canvas, _first_room(canvas, exercise) if leaf == 0 else NEXT, leaves[leaf], size)
    if leaf > 0:
        button(canvas, view, BACK_BUTTON, _("Back"), Turn(leaf - 1))
    if leaf + 1 < len(leaves):
        button(canvas, view, START_BUTTON, _("Read on"), Turn(leaf + 1), main=True)
    else:
        start_button(canvas, view, _("I am ready"))


def _exercise_place(snapshot: Snapshot) -> str:
    number, of = snapshot.exercise_number, len(snapshot.plan)
    if not number or of < 2:
        return ""
    return _("Exercise {number} of {of}").format(number=number, of=of)


def _hands_height(canvas: Canvas, exercise: ExerciseView) -> int:
    one_line, two_lines = HANDS_HEIGHTS
    fits = canvas.height(manner_words(exercise), BESIDE.width, HANDS_PX) <= one_line
    return one_line if fits else two_lines


def _first_room(canvas: Canvas, exercise: ExerciseView) -> pygame.Rect:
    """Return the room for sentences beside the picture."""
    above = TITLE_HEIGHT + _hands_height(canvas, exercise) + GAP
    return pygame.Rect(BESIDE.left, BESIDE.top + above, BESIDE.width, BESIDE.height - above)


def _leaves(canvas: Canvas, exercise: ExerciseView, device: str) -> tuple[int, Leaves]:
    """Return the size of the letters, and what stands on each leaf: one leaf wherever that is readable."""
    texts = (device, *(said(cue) for cue in exercise.cues))
    items = [*(Item(text) for text in texts), Item(said(exercise.why), cue=False)]
    first = _first_room(canvas, exercise)
    for size in range(LARGEST, FEWEST_PX - 1, -2):
        if _needed(canvas, items, first.width, size) <= first.height:
            return size, (tuple(items),)
    leaves: list[list[Item]] = [[]]
    for item in items:
        room = first if len(leaves) == 1 else NEXT
        if leaves[-1] and _needed(canvas, [*leaves[-1], item], room.width, LONG_PX) > room.height:
            leaves.append([])
        leaves[-1].append(item)
    return LONG_PX, tuple(tuple(leaf) for leaf in leaves)


def _height(canvas: Canvas, item: Item, width: int, size: int) -> int:
    if item.cue:
        return canvas.height(item.text, width - DOT_ROOM, size)
    return canvas.height(item.text, width, _why_px(size))


def _why_px(size: int) -> int:
    return max(SMALLEST, size - 4)


def _needed(canvas: Canvas, items: list[Item], width: int, size: int) -> int:
    return sum(_height(canvas, item, width, size) for item in items) + GAP * (len(items) - 1)


def _items(canvas: Canvas, room: pygame.Rect, items: tuple[Item, ...], size: int) -> None:
    """Set the sentences below each other, a little apart where there is room."""
    heights = [_height(canvas, item, room.width, size) for item in items]
    gap = min(WIDEST_GAP, (room.height - sum(heights)) // max(1, len(items) - 1))
    top = room.top
    for item, height in zip(items, heights, strict=True):
        indent = DOT_ROOM if item.cue else 0
        box = pygame.Rect(room.left + indent, top, room.width - indent, height)
        if item.cue:
            canvas.pen.disc((room.left + 10, top + size * LINE_PITCH / 2), 7, CALM)
            canvas.write(item.text, box, plain(size))
        else:
            box.bottom = room.bottom if gap == WIDEST_GAP else box.bottom
            canvas.write(item.text, box, plain(_why_px(size), QUIET))
        top += height + gap
