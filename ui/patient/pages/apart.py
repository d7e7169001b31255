"""Away from the board: an exercise beside it, and a pause."""

from typing import Final

import pygame

from station.training.prescription import Device
from station.training.snapshot import ExerciseView, Snapshot
from ui.patient.canvas import Canvas
from ui.patient.lettering import bold, plain
from ui.patient.off_plate import is_pictured, off_plate_picture
from ui.patient.pages.questions import ask
from ui.patient.phrases import goal_words, place_words, title_words
from ui.patient.theme import CALM, CALM_SOFT, CONTENT, LEAD, MARGIN, QUIET, TITLE, WIDTH
from ui.patient.view import View
from ui.patient.widgets import card, header, paper, paragraphs, pause_button, start_button, stop_button
from ui.patient.words import _, said

DISC_RADIUS: Final = 180
DISC_CENTRE: Final = (MARGIN + 210, CONTENT.centery)
PICTURE: Final = pygame.Rect(MARGIN, CONTENT.top, 420, CONTENT.height)
BESIDE: Final = pygame.Rect(MARGIN + 470, CONTENT.top, WIDTH - 2 * MARGIN - 470, CONTENT.height)


def guided(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Show an exercise beside the board with what it asks for; afterwards ask how many were done."""
    exercise = snapshot.exercise
    if snapshot.question is not None or exercise is None:
        ask(canvas, view, snapshot)
        return
    paper(canvas)
    header(canvas, view, place_words(snapshot))
    if is_pictured(exercise):
        _pictured_goal(canvas, exercise, snapshot.device)
    else:
        _goal(canvas, exercise)
    title = pygame.Rect(BESIDE.left, BESIDE.top, BESIDE.width, 84)
    canvas.write(title_words(exercise), title, bold(TITLE), anchor="middle")
    room = pygame.Rect(BESIDE.left, title.bottom + 10, BESIDE.width, BESIDE.bottom - title.bottom - 10)
    paragraphs(canvas, room, tuple(said(cue) for cue in exercise.cues), LEAD, gap=22)
    stop_button(canvas, view)
    pause_button(canvas, view)
    start_button(canvas, view, _("I have done it"))


def _pictured_goal(canvas: Canvas, exercise: ExerciseView, device: Device) -> None:
    """Draw how it is done, and below what it asks for."""
    card(canvas, PICTURE)
    off_plate_picture(canvas.pen, (PICTURE.left + 10, PICTURE.top + 14), 1.0, exercise, device)
    number, unit = _number_and_unit(exercise)
    line = pygame.Rect(PICTURE.left + 24, PICTURE.bottom - 136, PICTURE.width - 48, 124)
    left = pygame.Rect(line.left, line.top, 150, line.height)
    canvas.write(number, left, bold(100), align="right", anchor="middle")
    right = pygame.Rect(left.right + 18, line.top, line.right - left.right - 18, line.height)
    canvas.write(unit, right, plain(38), anchor="middle")


def _number_and_unit(exercise: ExerciseView) -> tuple[str, str]:
    number = str(exercise.steps or exercise.repetitions or round(exercise.minutes or 0))
    return number, goal_words(exercise).replace(number, "", 1).strip()


def _goal(canvas: Canvas, exercise: ExerciseView) -> None:
    """Draw what it asks for, large, in a disc."""
    number, unit = _number_and_unit(exercise)
    canvas.pen.disc(DISC_CENTRE, DISC_RADIUS, CALM_SOFT)
    canvas.pen.ring(DISC_CENTRE, DISC_RADIUS, 8, CALM)
    x, y = DISC_CENTRE
    box = pygame.Rect(x - 140, y - 120, 280, 160)
    canvas.write(number, box, bold(140), align="centre", anchor="middle")
    below = pygame.Rect(x - 140, y + 44, 280, 50)
    canvas.write(unit, below, plain(38), align="centre", anchor="middle")


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
