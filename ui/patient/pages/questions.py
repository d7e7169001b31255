"""Check-in and check-out: one question a screen. No and Yes look alike; nothing pushes an answer."""

from typing import Final

import pygame

from station.session.protocol import Answer
from station.training.snapshot import Question, Snapshot
from ui.patient.canvas import Canvas, Choose
from ui.patient.lettering import bold, plain
from ui.patient.pages.answers import choice, count, next_button, next_or_hint, question_text
from ui.patient.phrases import place_words
from ui.patient.theme import (
    CALM,
    CALM_SOFT,
    CARD,
    CONTENT,
    EDGE,
    INK,
    MARGIN,
    QUIET,
    WIDTH,
)
from ui.patient.view import View
from ui.patient.widgets import header, paper, stop_button
from ui.patient.words import _, said

SCALE: Final = range(11)
NUMBER_WIDTH: Final = 100
NUMBER_HEIGHT: Final = 132
NUMBER_STEP: Final = (WIDTH - 2 * MARGIN - NUMBER_WIDTH) / (len(SCALE) - 1)
YES_NO_HEIGHT: Final = 130


def ask(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Draw the question and the ways to answer it."""
    paper(canvas)
    question = snapshot.question
    if question is None:
        header(canvas, view)
        stop_button(canvas, view)
        return
    header(canvas, view, _place(snapshot, question))
    draw = {"scale": _scale, "yes_no": _yes_no, "count": count, "choice": choice}[question.kind]
    draw(canvas, view, question, CONTENT.top)
    stop_button(canvas, view)


def _place(snapshot: Snapshot, question: Question) -> str:
    """Return where in the session this is asked, and how many more come."""
    if snapshot.phase == "guided":
        return place_words(snapshot)
    if snapshot.phase == "pause":
        return _("Before you go on")
    wheres = {"checkin": _("Before we begin"), "journal": _("My day")}
    place = _("{where}: question {number} of {of}")
    where = wheres.get(snapshot.phase, _("Before you go"))
    return place.format(where=where, number=question.number, of=question.of)


def _yes_no(canvas: Canvas, view: View, question: Question, top: int) -> None:
    row = CONTENT.bottom - YES_NO_HEIGHT - 36  # away from Stop
    question_text(canvas, question, top, row - 20)
    yes_no_buttons(canvas, view, question, row)


def yes_no_buttons(canvas: Canvas, view: View, question: Question, row: int) -> None:
    """Draw No and Yes side by side at this height, alike, and the way on once one is marked."""
    height = YES_NO_HEIGHT
    no = pygame.Rect(WIDTH // 2 - 24 - 380, row, 380, height)
    yes = pygame.Rect(WIDTH // 2 + 24, row, 380, height)
    for rect, words, value in ((no, _("No"), False), (yes, _("Yes"), True)):
        action = Answer(key=question.key, value=value)
        marked = view.pressed == action or (view.chosen is not None and bool(view.chosen) is value)
        canvas.pen.block(rect, CALM_SOFT if marked else CARD, radius=30, edge=INK if marked else EDGE)
        canvas.write(words, rect.inflate(-30, -10), bold(60), align="centre", anchor="middle")
        canvas.touchable(rect, action)
    if view.chosen is not None:
        next_button(canvas, view, Answer(key=question.key, value=bool(view.chosen)))


def _scale(canvas: Canvas, view: View, question: Question, top: int) -> None:
    ends = CONTENT.bottom - 44
    row = ends - 10 - NUMBER_HEIGHT
    question_text(canvas, question, top, row - 16)
    for value in SCALE:
        rect = pygame.Rect(round(MARGIN + value * NUMBER_STEP), row, NUMBER_WIDTH, NUMBER_HEIGHT)
        chosen = view.chosen == value
        canvas.pen.block(rect, CALM if chosen else CARD, radius=22, edge=CALM if chosen else EDGE)
        colour = CARD if chosen else INK
        canvas.write(str(value), rect, bold(60, colour), align="centre", anchor="middle")
        canvas.touchable(rect, Choose(value))
    half = (WIDTH - 2 * MARGIN) // 2
    canvas.write(said(question.low), pygame.Rect(MARGIN, ends, half, 44), plain(34, QUIET))
    high = pygame.Rect(MARGIN + half, ends, half, 44)
    canvas.write(said(question.high), high, plain(34, QUIET), align="right")
    next_or_hint(canvas, view, question, _("Choose a number"))
