"""Ways to answer that need more than Yes or No: how many, and one of several."""

from typing import Final

import pygame

from station.session.protocol import Answer
from station.training.snapshot import Question
from ui.patient.canvas import Canvas, Choose
from ui.patient.lettering import bold, plain
from ui.patient.theme import (
    BUTTON_HEIGHT,
    CALM,
    CALM_SOFT,
    CARD,
    CONTENT,
    EDGE,
    FOOTER,
    INK,
    MARGIN,
    QUIET,
    START_BUTTON,
    WIDTH,
)
from ui.patient.view import View
from ui.patient.widgets import button
from ui.patient.words import _, said

COUNT_WIDTH: Final = 300
STEP_WIDTH: Final = 170
COUNT_HEIGHT: Final = 176
GAP: Final = 36
COLUMNS: Final = 2
MOST_IN_ONE_COLUMN: Final = 3
CHOICE_HEIGHT: Final = 96
CHOICE_GAP: Final = 16


def question_text(canvas: Canvas, question: Question, top: int, bottom: int) -> None:
    """Set the question between two heights."""
    box = pygame.Rect(MARGIN + 20, top, WIDTH - 2 * MARGIN - 40, bottom - top)
    canvas.write(said(question.text), box, bold(58), align="centre", anchor="middle", balanced=True)


def next_button(canvas: Canvas, view: View, answer: Answer) -> None:
    """Offer to send the marked answer; say when it is taken by itself."""
    words = _("Next")
    if view.taken_in_s is not None:
        words = _("Next in {seconds}").format(seconds=view.taken_in_s)
    button(canvas, view, START_BUTTON, words, answer, main=True)


def next_or_hint(canvas: Canvas, view: View, question: Question, hint: str) -> None:
    """Offer to send the marked answer, or say what to do where none is marked."""
    if view.chosen is None:
        box = pygame.Rect(START_BUTTON.left, FOOTER.top, START_BUTTON.width, BUTTON_HEIGHT)
        canvas.write(hint, box, plain(38, QUIET), align="centre", anchor="middle")
    else:
        next_button(canvas, view, Answer(key=question.key, value=view.chosen))


def count(canvas: Canvas, view: View, question: Question, top: int) -> None:
    """Draw a number with less and more at its sides; pressing the number itself marks it."""
    row = CONTENT.bottom - COUNT_HEIGHT - 24
    question_text(canvas, question, top, row - 20)
    shown = question.usual if view.chosen is None else view.chosen
    middle = pygame.Rect((WIDTH - COUNT_WIDTH) // 2, row, COUNT_WIDTH, COUNT_HEIGHT)
    marked = view.chosen is not None
    canvas.pen.block(middle, CALM if marked else CARD, radius=30, edge=CALM if marked else EDGE)
    colour = CARD if marked else INK
    canvas.write(str(shown), middle.inflate(-24, -8), bold(120, colour), align="centre", anchor="middle")
    canvas.touchable(middle, Choose(shown))
    less = pygame.Rect(middle.left - GAP - STEP_WIDTH, row, STEP_WIDTH, COUNT_HEIGHT)
    more = pygame.Rect(middle.right + GAP, row, STEP_WIDTH, COUNT_HEIGHT)
    _step(canvas, less, max(0, shown - question.step), up=False)
    _step(canvas, more, min(question.most, shown + question.step), up=True)
    next_or_hint(canvas, view, question, _("Choose a number"))


def _step(canvas: Canvas, rect: pygame.Rect, value: int, *, up: bool) -> None:
    """Draw a minus or a plus: strokes, so that no letter is needed for it."""
    canvas.pen.block(rect, CARD, radius=30, edge=EDGE)
    x, y = rect.center
    canvas.pen.stroke([(x - 34, y), (x + 34, y)], 12, CALM)
    if up:
        canvas.pen.stroke([(x, y - 34), (x, y + 34)], 12, CALM)
    canvas.touchable(rect, Choose(value))


def choice(canvas: Canvas, view: View, question: Question, top: int) -> None:
    """Draw up to six answers in two columns; all look alike, and nothing pushes one."""
    columns = 1 if len(question.choices) <= MOST_IN_ONE_COLUMN else COLUMNS
    rows = -(-len(question.choices) // columns)
    height = rows * (CHOICE_HEIGHT + CHOICE_GAP) - CHOICE_GAP
    first = CONTENT.bottom - height
    question_text(canvas, question, top, first - 20)
    width = (WIDTH - 2 * MARGIN - CHOICE_GAP) // COLUMNS
    left = MARGIN if columns == COLUMNS else (WIDTH - width) // 2
    for value, words in enumerate(question.choices):
        column, row = divmod(value, rows)
        rect = pygame.Rect(
            left + column * (width + CHOICE_GAP),
            first + row * (CHOICE_HEIGHT + CHOICE_GAP),
            width,
            CHOICE_HEIGHT,
        )
        marked = view.chosen == value
        canvas.pen.block(rect, CALM_SOFT if marked else CARD, radius=24, edge=INK if marked else EDGE)
        if marked:
            canvas.pen.disc((rect.left + 44, rect.centery), 14, CALM)
        inside = pygame.Rect(rect.left + 76, rect.top + 4, rect.width - 96, rect.height - 8)
        canvas.write(said(words), inside, bold(42), anchor="middle")
        canvas.touchable(rect, Choose(value))
    next_or_hint(canvas, view, question, _("Choose an answer"))
