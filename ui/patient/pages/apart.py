"""Away from the board: an exercise beside it, and a pause."""

from typing import Final

import pygame

from station.training.snapshot import ExerciseView, Snapshot
from ui.patient.canvas import Canvas
from ui.patient.lettering import bold, plain
from ui.patient.pages.questions import ask
from ui.patient.phrases import goal_words, place_words
from ui.patient.theme import CALM, CALM_SOFT, CONTENT, LEAD, MARGIN, QUIET, TITLE, WIDTH
from ui.patient.view import View
from ui.patient.widgets import header, paper, paragraphs, pause_button, start_button, stop_button
from ui.patient.words import _, said

DISC_RADIUS: Final = 180
DISC_CENTRE: Final = (MARGIN + 210, CONTENT.centery)
BESIDE: Final = pygame.Rect(MARGIN + 470, CONTENT.top, WIDTH - 2 * MARGIN - 470, CONTENT.height)


def guided(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Show an exercise beside the board with what it asks for; afterwards ask how many were done."""
    exercise = snapshot.exercise
    if snapshot.question is not None or exercise is None:
        ask(canvas, view, snapshot)
        return
    paper(canvas)
    header(canvas, view, place_words(snapshot))
    _goal(canvas, exercise)
    title = pygame.Rect(BESIDE.left, BESIDE.top, BESIDE.width, 84)
    canvas.write(said(exercise.title), title, bold(TITLE), anchor="middle")
    room = pygame.Rect(BESIDE.left, title.bottom + 10, BESIDE.width, BESIDE.bottom - title.bottom - 10)
    paragraphs(canvas, room, tuple(said(cue) for cue in exercise.cues), LEAD, gap=22)
    stop_button(canvas, view)
    pause_button(canvas, view)
    start_button(canvas, view, _("I have done it"))


def _goal(canvas: Canvas, exercise: ExerciseView) -> None:
    """Draw what it asks for, large, in a disc."""
    number = exercise.steps or exercise.repetitions or round(exercise.minutes or 0)
    canvas.pen.disc(DISC_CENTRE, DISC_RADIUS, CALM_SOFT)
    canvas.pen.ring(DISC_CENTRE, DISC_RADIUS, 8, CALM)
    x, y = DISC_CENTRE
    box = pygame.Rect(x - 140, y - 120, 280, 160)
    canvas.write(str(number), box, bold(140), align="centre", anchor="middle")
    below = pygame.Rect(x - 140, y + 44, 280, 50)
    words = goal_words(exercise).replace(str(number), "", 1).strip()
    canvas.write(words, below, plain(38), align="centre", anchor="middle")


def pause(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Wait, without hurry; before going on, ask for the pain."""
    if snapshot.question is not None:
        ask(canvas, view, snapshot)
        return
    paper(canvas)
    header(canvas, view, place_words(snapshot))
    x, y = DISC_CENTRE
    canvas.pen.disc(DISC_CENTRE, DISC_RADIUS, CALM_SOFT)
    for way in (-1, 1):
        canvas.pen.stroke([(x + way * 44, y - 70), (x + way * 44, y + 70)], 40, CALM)
    title = pygame.Rect(BESIDE.left, BESIDE.top + 40, BESIDE.width, 100)
    canvas.write(_("A pause"), title, bold(84), anchor="middle")
    room = pygame.Rect(BESIDE.left, title.bottom + 30, BESIDE.width, BESIDE.bottom - title.bottom - 90)
    bottom = paragraphs(canvas, room, tuple(said(words) for words in snapshot.words), LEAD, gap=22)
    rest = pygame.Rect(BESIDE.left, bottom + 20, BESIDE.width, 44)
    canvas.write(_("Sit down if you like."), rest, plain(34, QUIET), anchor="middle")
    stop_button(canvas, view)
    start_button(canvas, view, _("Go on"))
