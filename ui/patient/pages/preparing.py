"""Before the hold: today's plan, how to stand, step on, stand still, 3-2-1."""

from typing import Final

import pygame

from station.training.saying import NEWS
from station.training.snapshot import ExerciseView, Snapshot
from ui.patient.canvas import Canvas
from ui.patient.feet import feet_of, longest_foot, sole
from ui.patient.lettering import bold, plain
from ui.patient.phrases import dose_words, place_words, support_words, title_words
from ui.patient.theme import (
    BODY,
    CALM,
    CALM_SOFT,
    CARD,
    CONTENT,
    EDGE,
    GIANT,
    INK,
    LEAD,
    MARGIN,
    QUIET,
    TITLE,
    WIDTH,
)
from ui.patient.view import View
from ui.patient.widgets import (
    SIGN_BOX,
    board_notice,
    card,
    front_label,
    header,
    numbered,
    paper,
    paragraphs,
    pause_button,
    start_button,
    stop_button,
    tick,
)
from ui.patient.words import _, counted, said

PLAN_ROWS: Final = 4
PICTURE: Final = pygame.Rect(MARGIN, CONTENT.top, 420, CONTENT.height)
BESIDE: Final = pygame.Rect(
    PICTURE.right + 44, CONTENT.top, WIDTH - MARGIN - PICTURE.right - 44, CONTENT.height
)
BESIDE_TITLE: Final = pygame.Rect(480, 36, SIGN_BOX.left - 480 - 24, 84)


def message(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Show what the therapist, or the station itself, has to say before this session."""
    paper(canvas)
    header(canvas, view)
    lines = snapshot.note.split("\n")
    from_station = lines[0] in NEWS
    heading = _("New for you") if from_station else _("From your therapist")
    canvas.write(heading, pygame.Rect(MARGIN, 40, 900, 76), bold(TITLE))
    panel = pygame.Rect(MARGIN, 132, WIDTH - 2 * MARGIN, CONTENT.bottom - 132)
    canvas.pen.block(panel, CALM_SOFT, radius=28)
    inside = panel.inflate(-88, -48)
    if from_station:
        first = pygame.Rect(inside.left, inside.top, inside.width, 130)
        top = canvas.write(said(lines[0]), first, bold(56), balanced=True).bottom + 24
        room = pygame.Rect(inside.left, top, inside.width, inside.bottom - top)
        paragraphs(canvas, room, tuple(said(line) for line in lines[1:]), 48, gap=22)
    else:
        canvas.write(snapshot.note, inside, plain(52), anchor="middle", balanced=True)
    stop_button(canvas, view)
    board_notice(canvas, view)
    start_button(canvas, view, _("I have read this"))


def plan(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """List today's exercises, the finished ones ticked."""
    paper(canvas)
    header(canvas, view, room=BESIDE_TITLE)
    canvas.write(_("Today"), pygame.Rect(MARGIN, 40, 800, 76), bold(TITLE))
    first = _first_row(snapshot.plan)
    shown = snapshot.plan[first : first + PLAN_ROWS]
    height = 124 if len(shown) < PLAN_ROWS else 94
    for row, exercise in enumerate(shown):
        rect = pygame.Rect(MARGIN, 128 + row * (height + 10), WIDTH - 2 * MARGIN, height)
        _plan_row(canvas, rect, exercise, first + row + 1)
    hidden = len(snapshot.plan) - first - PLAN_ROWS
    if hidden > 0:
        box = pygame.Rect(MARGIN + 32, CONTENT.bottom - 30, 800, 40)
        canvas.write(counted("and {count} more", "and {count} more", hidden), box, plain(30, QUIET))
    stop_button(canvas, view)
    board_notice(canvas, view)
    start_button(canvas, view, _("Go on"))


def _first_row(exercises: tuple[ExerciseView, ...]) -> int:
    if len(exercises) <= PLAN_ROWS:
        return 0
    to_do = next((number for number, exercise in enumerate(exercises) if not exercise.done), 0)
    return min(max(0, to_do - 1), len(exercises) - PLAN_ROWS)


def _plan_row(canvas: Canvas, rect: pygame.Rect, exercise: ExerciseView, number: int) -> None:
    card(canvas, rect)
    mark = (rect.left + 56, rect.centery)
    if exercise.done:
        tick(canvas, mark, 28)
    else:
        numbered(canvas, mark, 28, number)
    half = rect.height // 2
    title = pygame.Rect(rect.left + 108, rect.top + 4, 680, half - 2)
    canvas.write(title_words(exercise), title, bold(40), anchor="bottom")
    how = pygame.Rect(title.left, title.bottom, title.width, half - 4)
    words = _("Beside the board") if exercise.kind == "guided" else support_words(exercise.support)
    canvas.write(words, how, plain(32, QUIET))
    dose = _("Done") if exercise.done else dose_words(exercise)
    side = pygame.Rect(rect.right - 400, rect.top + 4, 368, rect.height - 8)
    canvas.write(dose, side, plain(BODY, QUIET), align="right", anchor="middle")


def step_on(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Ask the person onto the board."""
    _moment(canvas, view, snapshot, _("Step onto the board"), _("Face forward and hold your support."))


def weigh(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Ask for stillness while body weight is taken."""
    _moment(
        canvas,
        view,
        snapshot,
        _("Stand still for a moment"),
        _("If you can do so safely, let go of your support."),
    )


def _moment(canvas: Canvas, view: View, snapshot: Snapshot, title: str, sentence: str) -> None:
    paper(canvas)
    header(canvas, view, place_words(snapshot))
    _board_from_above(canvas, pygame.Rect(MARGIN, CONTENT.top, 420, CONTENT.height), snapshot)
    words = pygame.Rect(BESIDE.left, BESIDE.top + 84, BESIDE.width, 176)
    filled = canvas.write(title, words, bold(72), anchor="bottom", balanced=True)
    below = pygame.Rect(BESIDE.left, filled.bottom + 18, BESIDE.width, 120)
    canvas.write(said(snapshot.words[0]) if snapshot.words else sentence, below, plain(LEAD))
    stop_button(canvas, view)
    pause_button(canvas, view)


def _board_from_above(canvas: Canvas, room: pygame.Rect, snapshot: Snapshot) -> None:
    width_mm, length_mm = snapshot.plate_mm
    scale = min(room.width / width_mm, room.height / length_mm)
    plate = pygame.Rect(0, 0, round(width_mm * scale), round(length_mm * scale))
    plate.center = room.center
    canvas.pen.block(plate, CARD, radius=30, edge=EDGE, edge_width=4)
    exercise = snapshot.exercise
    length = min(270.0, longest_foot(exercise, length_mm)) * scale
    for foot in feet_of(exercise):
        place = plate.centerx + foot.x * length, plate.centery - foot.y * length
        sole(canvas.pen, place, length, CALM, left=foot.left)
    front_label(canvas, plate, exercise, width=150)


def countdown(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Count 3-2-1, large."""
    paper(canvas)
    header(canvas, view, place_words(snapshot))
    centre = (WIDTH // 2, 316)
    canvas.pen.disc(centre, 168, CALM_SOFT)
    canvas.pen.ring(centre, 168, 8, CALM)
    box = pygame.Rect(centre[0] - 168, centre[1] - 168, 336, 336)
    number = "" if snapshot.countdown_s is None else str(snapshot.countdown_s)
    canvas.write(number, box, bold(GIANT, INK), align="centre", anchor="middle")
    below = pygame.Rect(MARGIN, 500, WIDTH - 2 * MARGIN, 60)
    words = _("Get ready") if snapshot.exercise is None else support_words(snapshot.exercise.support)
    canvas.write(words, below, bold(48), align="centre", anchor="middle")
    stop_button(canvas, view)
    pause_button(canvas, view)
