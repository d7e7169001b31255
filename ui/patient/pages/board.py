"""The hold: the live board with the centre of pressure, the time left, and what the hands carry."""

from typing import Final

import pygame

from station.training.snapshot import ExerciseView, LiveView, Snapshot
from ui.patient.canvas import Canvas
from ui.patient.lettering import bold, plain
from ui.patient.pages.counting import count_live, count_still, raise_live
from ui.patient.pages.hold_layout import HoldLayout, layout_of
from ui.patient.phrases import hold_words, place_words
from ui.patient.place import CORNER
from ui.patient.scene import draw_live_scene, draw_still_scene
from ui.patient.theme import (
    ASLEEP,
    CALM,
    CALM_SOFT,
    CARD,
    EDGE,
    INK,
    LEAD,
    QUIET,
    SMALLEST,
    WARM,
)
from ui.patient.view import View, whole_seconds
from ui.patient.widgets import header, mark_button, paper, pause_button, stop_button, strip
from ui.patient.words import _, counted

GRAVITY_M_S2: Final = 9.81


def hold_still(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Draw what does not move during a hold: the plate, the feet, the target."""
    paper(canvas)
    layout, exercise = layout_of(snapshot), snapshot.exercise
    stop_button(canvas, view)
    pause_button(canvas, view)
    if layout.mark is not None:
        mark_button(canvas, view, layout.mark)
    if view.stale:
        _asleep(canvas, layout.picture)
    elif exercise is not None and not exercise.feedback:
        _still(canvas, exercise, layout.picture)
    elif exercise is not None and exercise.vision == "closed":
        _eyes_closed(canvas, layout.picture)
    elif exercise is not None and exercise.kind == "repetitions":
        count_still(canvas, layout.picture)
    else:
        draw_still_scene(canvas, snapshot)
    header(canvas, view, place_words(snapshot), room=layout.place, sign_box=layout.sign)


def _asleep(canvas: Canvas, picture: pygame.Rect) -> None:
    canvas.pen.block(picture, ASLEEP, radius=CORNER, edge=EDGE, edge_width=4)
    words = _("The picture has stopped for a moment. Hold on to your support.")
    box = picture.inflate(-60, -60)
    canvas.write(words, box, bold(LEAD), align="centre", anchor="middle", balanced=True)


def _eyes_closed(canvas: Canvas, picture: pygame.Rect) -> None:
    canvas.pen.block(picture, CALM_SOFT, radius=CORNER)
    upper = pygame.Rect(picture.left + 40, picture.top + 60, picture.width - 80, 210)
    words = _("Eyes closed")
    canvas.write(words, upper, bold(84), align="centre", anchor="bottom", balanced=True)
    lower = pygame.Rect(upper.left, upper.bottom + 20, upper.width, 200)
    words = _("Listen for the tone. It tells you when you are done.")
    canvas.write(words, lower, plain(46), align="centre", balanced=True)


def _still(canvas: Canvas, exercise: ExerciseView, picture: pygame.Rect) -> None:
    """Ask for stillness where the person is measured and nothing of it is shown."""
    canvas.pen.block(picture, CALM_SOFT, radius=CORNER)
    box = picture.inflate(-80, -120)
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
    layout, exercise = layout_of(snapshot), snapshot.exercise
    _words(canvas, snapshot, layout.words)
    if exercise is None:
        return
    if not exercise.feedback:
        if exercise.hold_s > 0:
            _seconds_left(canvas, snapshot, exercise, layout.calm_seconds)
        return
    if exercise.kind == "repetitions":
        count_live(canvas, snapshot, layout.picture)
        raise_live(canvas, snapshot, layout.seconds)
    elif exercise.vision == "open":
        draw_live_scene(canvas, view, snapshot, exercise)
    if exercise.kind == "hold":
        _seconds_left(canvas, snapshot, exercise, layout.seconds)
    elif exercise.kind in ("targets", "reach"):
        _which(canvas, snapshot, exercise, layout.seconds)
    _hands(canvas, snapshot, exercise, layout)


def _which(canvas: Canvas, snapshot: Snapshot, exercise: ExerciseView, room: pygame.Rect) -> None:
    """Write which target or direction comes now, of how many, and what there is so far."""
    live = snapshot.live
    if live.target_index is None or live.goal is None:
        return
    upper = pygame.Rect(room.left, room.top, room.width, 148)
    words = _("{number} of {goal}").format(number=live.target_index + 1, goal=live.goal)
    canvas.write(words, upper, bold(120, INK if snapshot.counting else QUIET), anchor="middle")
    lower = pygame.Rect(room.left, upper.bottom, room.width, room.bottom - upper.bottom)
    canvas.write(_so_far(live, exercise), lower, plain(38, QUIET), anchor="middle")


def _so_far(live: LiveView, exercise: ExerciseView) -> str:
    if exercise.kind == "targets":
        return counted("{count} circle reached", "{count} circles reached", len(live.reached))
    reached_mm = [mm for mm in live.reach_mm if mm is not None]
    if not reached_mm:
        return _("As far as feels safe")
    return _("Furthest lean: {reach} cm").format(reach=round(max(reached_mm) / 10))


def _words(canvas: Canvas, snapshot: Snapshot, room: pygame.Rect) -> None:
    words = hold_words(snapshot)
    if not words:
        return
    if snapshot.paused_by is None:
        canvas.write(words, room, bold(48, CALM), anchor="middle", balanced=True)
    else:
        strip(canvas, room, words, size=42)


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


def _hands(canvas: Canvas, snapshot: Snapshot, exercise: ExerciseView, layout: HoldLayout) -> None:
    percent, limit = snapshot.live.support_percent, exercise.support_limit_percent
    words = _("Hands: not measured now")
    if percent is not None:
        carry = _("Hands {percent} %") if layout.large else _("Hands carry {percent} %")
        words = carry.format(percent=round(max(0.0, percent)))
    canvas.write(words, layout.hands, bold(58 if layout.large else 38), anchor="middle")
    _bar(canvas, layout.bar, percent, limit)
    if snapshot.live.load_n is not None:
        load_kg = round(max(0.0, snapshot.live.load_n) / GRAVITY_M_S2)
        words = (_("{load} kg") if layout.large else _("{load} kg on the board")).format(load=load_kg)
        face = bold(58) if layout.large else plain(SMALLEST, QUIET)
        canvas.write(words, layout.load, face, align="right" if layout.large else "left", anchor="middle")


def _bar(canvas: Canvas, bar: pygame.Rect, percent: float | None, limit: float) -> None:
    full = max(20.0, 2 * limit)
    inset, middle = bar.height / 2, float(bar.centery)
    start, end = bar.left + inset, bar.right - inset
    pen = canvas.pen
    pen.stroke([(start, middle), (end, middle)], bar.height, EDGE)
    pen.stroke([(start, middle), (end, middle)], bar.height - 6, CARD)
    if percent is not None and percent >= 1:
        reach = start + min(1.0, percent / full) * (end - start)
        pen.stroke([(start, middle), (reach, middle)], bar.height - 12, WARM if percent > limit else CALM)
    mark = round(start + min(1.0, limit / full) * (end - start))
    pen.wash(CARD, pygame.Rect(mark - 5, bar.top - 8, 10, bar.height + 16))
    pen.wash(INK, pygame.Rect(mark - 3, bar.top - 8, 6, bar.height + 16))
    words = _("up to {limit} %").format(limit=round(limit))
    box = pygame.Rect(mark - 120, bar.bottom + 10, 240, 36)
    canvas.write(words, box, plain(SMALLEST, QUIET), align="centre")
