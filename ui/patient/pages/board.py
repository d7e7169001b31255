"""The hold: the live board with the centre of pressure, the time left, and what the hands carry."""

from typing import Final

import pygame

from station.training.snapshot import ExerciseView, LiveView, Snapshot
from ui.patient.canvas import Canvas
from ui.patient.lettering import bold, plain
from ui.patient.pages.counting import count_live, count_still, raise_live
from ui.patient.phrases import hold_words, place_words
from ui.patient.place import CORNER, PICTURE
from ui.patient.scene import draw_live_scene, draw_still_scene
from ui.patient.theme import (
    ASLEEP,
    CALM,
    CALM_SOFT,
    CARD,
    EDGE,
    HEADER,
    INK,
    LEAD,
    MARGIN,
    QUIET,
    SMALLEST,
    STOP_BUTTON,
    WARM,
)
from ui.patient.view import View, whole_seconds
from ui.patient.widgets import header, paper, pause_button, stop_button, strip
from ui.patient.words import _, counted

PANEL: Final = pygame.Rect(MARGIN, 92, PICTURE.left - MARGIN - 44, STOP_BUTTON.top - 92 - 20)
WORDS: Final = pygame.Rect(PANEL.left, PANEL.top + 4, PANEL.width, 104)
SECONDS: Final = pygame.Rect(PANEL.left, WORDS.bottom + 4, PANEL.width, 214)
CALM_SECONDS: Final = pygame.Rect(PANEL.left, WORDS.bottom + 4, PANEL.width, PANEL.bottom - WORDS.bottom - 4)
HANDS: Final = pygame.Rect(PANEL.left, SECONDS.bottom + 2, PANEL.width, 46)
BAR: Final = pygame.Rect(PANEL.left, HANDS.bottom + 10, PANEL.width, 36)
LOAD: Final = pygame.Rect(PICTURE.left + 34, HEADER.top, 330, HEADER.height)
PLACE: Final = pygame.Rect(
    HEADER.left, 10, LOAD.left - HEADER.left - 16, 80
)  # two lines where one is too short
GRAVITY_M_S2: Final = 9.81


def hold_still(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Draw what does not move during a hold: the plate, the feet, the target."""
    paper(canvas)
    header(canvas, view, place_words(snapshot), room=PLACE)
    stop_button(canvas, view)
    pause_button(canvas, view)
    exercise = snapshot.exercise
    if view.stale:
        _asleep(canvas)
    elif exercise is not None and not exercise.feedback:
        _still(canvas, exercise)
    elif exercise is not None and exercise.vision == "closed":
        _eyes_closed(canvas)
    elif exercise is not None and exercise.kind == "repetitions":
        count_still(canvas, PICTURE)
    else:
        draw_still_scene(canvas, snapshot)


def _asleep(canvas: Canvas) -> None:
    canvas.pen.block(PICTURE, ASLEEP, radius=CORNER, edge=EDGE, edge_width=4)
    words = _("The picture has stopped for a moment. Hold on to your support.")
    box = PICTURE.inflate(-60, -60)
    canvas.write(words, box, bold(LEAD), align="centre", anchor="middle", balanced=True)


def _eyes_closed(canvas: Canvas) -> None:
    canvas.pen.block(PICTURE, CALM_SOFT, radius=CORNER)
    upper = pygame.Rect(PICTURE.left + 40, PICTURE.top + 60, PICTURE.width - 80, 210)
    words = _("Eyes closed")
    canvas.write(words, upper, bold(84), align="centre", anchor="bottom", balanced=True)
    lower = pygame.Rect(upper.left, upper.bottom + 20, upper.width, 200)
    words = _("Listen for the tone. It tells you when you are done.")
    canvas.write(words, lower, plain(46), align="centre", balanced=True)


def _still(canvas: Canvas, exercise: ExerciseView) -> None:
    """Ask for stillness where the person is measured and nothing of it is shown."""
    canvas.pen.block(PICTURE, CALM_SOFT, radius=CORNER)
    box = PICTURE.inflate(-80, -120)
    if exercise.vision == "open":
        words = _("Stand as still as you can")
        canvas.write(words, box, bold(84), align="centre", anchor="middle", balanced=True)
        return
    upper = pygame.Rect(box.left, box.top, box.width, 110)
    canvas.write(_("Eyes closed"), upper, bold(84), align="centre", anchor="middle", balanced=True)
    middle = pygame.Rect(box.left, upper.bottom + 10, box.width, 150)
    words = _("Stand as still as you can")
    canvas.write(words, middle, bold(54), align="centre", anchor="middle", balanced=True)
    lower = pygame.Rect(box.left, middle.bottom + 16, box.width, box.bottom - middle.bottom - 16)
    words = _("Listen for the tone. It tells you when you are done.")
    canvas.write(words, lower, plain(42), align="centre", balanced=True)


def hold_live(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Draw what moves: the CoP with its trail, the ring of time, what is left or counted, hands, load."""
    if view.stale:
        return
    exercise = snapshot.exercise
    _words(canvas, snapshot)
    if exercise is None:
        return
    if not exercise.feedback:
        if exercise.hold_s > 0:
            _seconds_left(canvas, snapshot, exercise, CALM_SECONDS)
        return
    if exercise.kind == "repetitions":
        count_live(canvas, snapshot, PICTURE)
        raise_live(canvas, snapshot, SECONDS)
    elif exercise.vision == "open":
        draw_live_scene(canvas, view, snapshot, exercise)
    if exercise.kind == "hold":
        _seconds_left(canvas, snapshot, exercise, SECONDS)
    elif exercise.kind in ("targets", "reach"):
        _which(canvas, snapshot, exercise)
    _hands(canvas, snapshot, exercise)


def _which(canvas: Canvas, snapshot: Snapshot, exercise: ExerciseView) -> None:
    """Write which target or direction comes now, of how many, and what there is so far."""
    live = snapshot.live
    if live.target_index is None or live.goal is None:
        return
    upper = pygame.Rect(SECONDS.left, SECONDS.top, SECONDS.width, 148)
    words = _("{number} of {goal}").format(number=live.target_index + 1, goal=live.goal)
    canvas.write(words, upper, bold(120, INK if snapshot.counting else QUIET), anchor="middle")
    lower = pygame.Rect(SECONDS.left, upper.bottom, SECONDS.width, SECONDS.bottom - upper.bottom)
    canvas.write(_so_far(live, exercise), lower, plain(38, QUIET), anchor="middle")


def _so_far(live: LiveView, exercise: ExerciseView) -> str:
    if exercise.kind == "targets":
        return counted("{count} circle reached", "{count} circles reached", len(live.reached))
    reached_mm = [mm for mm in live.reach_mm if mm is not None]
    if not reached_mm:
        return _("As far as feels safe")
    return _("Furthest lean: {reach} cm").format(reach=round(max(reached_mm) / 10))


def _words(canvas: Canvas, snapshot: Snapshot) -> None:
    words = hold_words(snapshot)
    if not words:
        return
    if snapshot.paused_by is None:
        canvas.write(words, WORDS, bold(48, CALM), anchor="middle", balanced=True)
    else:
        strip(canvas, WORDS, words, size=42)


def _seconds_left(canvas: Canvas, snapshot: Snapshot, exercise: ExerciseView, room: pygame.Rect) -> None:
    left = whole_seconds(exercise.hold_s - snapshot.held_s)
    colour = INK if snapshot.counting else QUIET
    number = pygame.Rect(room.left, room.top, 320, room.height)
    filled = canvas.write(str(left), number, bold(172, colour), anchor="middle")
    beside = pygame.Rect(filled.right + 24, room.top, room.right - filled.right - 24, room.height)
    words = (
        counted("second to go", "seconds to go", left) if snapshot.counting else _("The time waits for you")
    )
    canvas.write(words, beside, plain(38, QUIET), anchor="middle", balanced=True)


def _hands(canvas: Canvas, snapshot: Snapshot, exercise: ExerciseView) -> None:
    percent, limit = snapshot.live.support_percent, exercise.support_limit_percent
    words = _("Hands: not measured now")
    if percent is not None:
        words = _("Hands carry {percent} %").format(percent=round(max(0.0, percent)))
    canvas.write(words, HANDS, bold(38), anchor="middle")
    _bar(canvas, percent, limit)
    if snapshot.live.load_n is not None:
        load_kg = round(max(0.0, snapshot.live.load_n) / GRAVITY_M_S2)
        words = _("{load} kg on the board").format(load=load_kg)
        canvas.write(words, LOAD, plain(SMALLEST, QUIET), anchor="middle")


def _bar(canvas: Canvas, percent: float | None, limit: float) -> None:
    full = max(20.0, 2 * limit)
    inset, middle = BAR.height / 2, float(BAR.centery)
    start, end = BAR.left + inset, BAR.right - inset
    pen = canvas.pen
    pen.stroke([(start, middle), (end, middle)], BAR.height, EDGE)
    pen.stroke([(start, middle), (end, middle)], BAR.height - 6, CARD)
    if percent is not None and percent >= 1:
        reach = start + min(1.0, percent / full) * (end - start)
        pen.stroke([(start, middle), (reach, middle)], BAR.height - 12, WARM if percent > limit else CALM)
    mark = round(start + min(1.0, limit / full) * (end - start))
    pen.wash(CARD, pygame.Rect(mark - 5, BAR.top - 8, 10, BAR.height + 16))
    pen.wash(INK, pygame.Rect(mark - 3, BAR.top - 8, 6, BAR.height + 16))
    words = _("up to {limit} %").format(limit=round(limit))
    box = pygame.Rect(mark - 120, BAR.bottom + 10, 240, 36)
    canvas.write(words, box, plain(SMALLEST, QUIET), align="centre")
