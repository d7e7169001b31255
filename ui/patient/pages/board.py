"""The hold: the live board with the centre of pressure, the time left, and what the hands carry."""

from functools import lru_cache
from typing import Final

import pygame

from station.training.snapshot import ExerciseView, LiveView, Snapshot
from ui.patient.canvas import FINE, Canvas
from ui.patient.figures import sole
from ui.patient.lettering import bold, plain
from ui.patient.pen import Pen, Point
from ui.patient.phrases import hold_words, place_words
from ui.patient.theme import (
    ASLEEP,
    CALM,
    CALM_SOFT,
    CARD,
    EDGE,
    FOOT,
    HAIR,
    HEADER,
    HEIGHT,
    INK,
    LEAD,
    MARGIN,
    QUIET,
    SMALLEST,
    STOP_BUTTON,
    WARM,
    WIDTH,
    mix,
)
from ui.patient.view import View, whole_seconds
from ui.patient.widgets import header, paper, stop_button, strip
from ui.patient.words import _, counted

BOARD: Final = pygame.Rect(WIDTH - MARGIN - 596, 92, 596, HEIGHT - 92 - 32)
PANEL: Final = pygame.Rect(MARGIN, 92, BOARD.left - MARGIN - 44, STOP_BUTTON.top - 92 - 20)
WORDS: Final = pygame.Rect(PANEL.left, PANEL.top + 4, PANEL.width, 104)
SECONDS: Final = pygame.Rect(PANEL.left, WORDS.bottom + 4, PANEL.width, 196)
HANDS: Final = pygame.Rect(PANEL.left, SECONDS.bottom + 6, PANEL.width, 46)
BAR: Final = pygame.Rect(PANEL.left, HANDS.bottom + 10, PANEL.width, 36)
LOAD: Final = pygame.Rect(BOARD.left + 34, HEADER.top, 330, HEADER.height)
FOOT_MM: Final = 260.0
STANCE_MM: Final = 85.0  # the middle of a foot from the middle between both
DOT_RADIUS: Final = 14
RING_GAP: Final = 26  # from the edge of the target to the middle of the ring of held time
RING_WIDTH: Final = 20
RING_STEPS: Final = 600
GRAVITY_M_S2: Final = 9.81


class Scene:
    """Where millimetres of the plate lie in the picture: one scale for plate, feet, target and CoP."""

    def __init__(self, plate_mm: tuple[float, float]) -> None:
        width_mm, length_mm = plate_mm
        self.px_per_mm = min(BOARD.width / width_mm, BOARD.height / length_mm)
        self.plate = pygame.Rect(0, 0, round(width_mm * self.px_per_mm), round(length_mm * self.px_per_mm))
        self.plate.center = BOARD.center

    def at(self, x_mm: float, y_mm: float) -> Point:
        """Return the point of the page for a point of the plate (+x right, +y forward is up)."""
        return BOARD.centerx + x_mm * self.px_per_mm, BOARD.centery - y_mm * self.px_per_mm

    def target(self, live: LiveView) -> tuple[Point, float]:
        """Return centre and radius of the target on the page; without one, the plate's middle and 0."""
        centre = self.at(live.target_x_mm or 0.0, live.target_y_mm or 0.0)
        return centre, (live.target_radius_mm or 0.0) * self.px_per_mm


def hold_still(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Draw what does not move during a hold: the plate, the feet, the target."""
    paper(canvas)
    header(canvas, view, place_words(snapshot))
    stop_button(canvas, view)
    scene = Scene(snapshot.plate_mm)
    if view.stale:
        _asleep(canvas, scene)
    elif snapshot.exercise is not None and snapshot.exercise.vision == "closed":
        _eyes_closed(canvas)
    else:
        _board(canvas.pen, scene, snapshot)


def _asleep(canvas: Canvas, scene: Scene) -> None:
    canvas.pen.block(scene.plate, ASLEEP, radius=34, edge=EDGE, edge_width=4)
    words = _("The picture has stopped for a moment. Hold on to your support.")
    box = scene.plate.inflate(-60, -60)
    canvas.write(words, box, bold(LEAD), align="centre", anchor="middle", balanced=True)


def _eyes_closed(canvas: Canvas) -> None:
    canvas.pen.block(BOARD, CALM_SOFT, radius=34)
    upper = pygame.Rect(BOARD.left + 40, BOARD.top + 60, BOARD.width - 80, 210)
    words = _("Eyes closed")
    canvas.write(words, upper, bold(84), align="centre", anchor="bottom", balanced=True)
    lower = pygame.Rect(upper.left, upper.bottom + 20, upper.width, 200)
    words = _("Listen for the tone. It tells you when you are done.")
    canvas.write(words, lower, plain(46), align="centre", balanced=True)


def _board(pen: Pen, scene: Scene, snapshot: Snapshot) -> None:
    pen.block(scene.plate, CARD, radius=34, edge=EDGE, edge_width=4)
    pen.clip(scene.plate.inflate(-12, -12))
    live = snapshot.live
    _feet(pen, scene, snapshot.exercise, (live.target_x_mm or 0.0, live.target_y_mm or 0.0))
    if live.target_radius_mm is not None:
        centre, radius = scene.target(live)
        pen.disc(centre, radius + RING_GAP + RING_WIDTH / 2 + 4, CARD)
        pen.ring(centre, radius + RING_GAP, RING_WIDTH, HAIR)
        pen.disc(centre, radius, CALM)
        pen.disc(centre, radius - 4, CALM_SOFT)
    pen.clip(None)


def _feet(pen: Pen, scene: Scene, exercise: ExerciseView | None, middle_mm: tuple[float, float]) -> None:
    one_leg = exercise is not None and exercise.stance == "one-leg"
    length = FOOT_MM * scene.px_per_mm
    for left in (True, False):
        if one_leg and exercise is not None and exercise.side != ("left" if left else "right"):
            continue
        aside_mm = 0.0 if one_leg else (-STANCE_MM if left else STANCE_MM)
        sole(pen, scene.at(middle_mm[0] + aside_mm, middle_mm[1]), length, FOOT, left=left)


def hold_live(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Draw what moves: the CoP with its trail, the ring of held time, seconds left, hands, load."""
    if view.stale:
        return
    exercise = snapshot.exercise
    _words(canvas, snapshot)
    if exercise is None:
        return
    if exercise.vision == "open":
        scene = Scene(snapshot.plate_mm)
        _held_ring(canvas, scene, snapshot, exercise)
        _cop(canvas.pen, scene, view, snapshot.live)
    _seconds_left(canvas, snapshot, exercise)
    _hands(canvas, snapshot, exercise)


def _held_ring(canvas: Canvas, scene: Scene, snapshot: Snapshot, exercise: ExerciseView) -> None:
    if snapshot.live.target_radius_mm is None:
        return
    centre, radius = scene.target(snapshot.live)
    step = round(min(1.0, snapshot.held_s / exercise.hold_s) * RING_STEPS)
    picture = _ring_picture(radius + RING_GAP, step, canvas.scale)
    half = picture.get_width() / 2 / canvas.scale
    canvas.overlay(picture, (centre[0] - half, centre[1] - half))


@lru_cache(maxsize=2)
def _ring_picture(radius: float, step: int, scale: float) -> pygame.Surface:
    """Return the held part of the ring on a clear ground, smoothed; one step lasts several frames."""
    side = round(2 * (radius + RING_WIDTH) * scale)
    large = pygame.Surface((side * FINE, side * FINE), pygame.SRCALPHA)
    large.fill((*CALM, 0))  # clear, in the colour of the ring: its edges blend without a fringe
    middle = side / 2 / scale
    Pen(large, scale * FINE).ring((middle, middle), radius, RING_WIDTH, CALM, share=step / RING_STEPS)
    return pygame.transform.smoothscale(large, (side, side))


def _cop(pen: Pen, scene: Scene, view: View, live: LiveView) -> None:
    if live.x_mm is None or live.y_mm is None:
        return
    pen.clip(scene.plate)
    points = [scene.at(point.x_mm, point.y_mm) for point in view.trail]
    for number, point in enumerate(points):
        youth = (number + 1) / len(points)
        pen.disc(point, 2 + 5 * youth, mix(CALM_SOFT, EDGE, youth))
    dot = scene.at(live.x_mm, live.y_mm)
    pen.disc(dot, DOT_RADIUS + 4, CARD)
    pen.disc(dot, DOT_RADIUS, INK)
    pen.clip(None)


def _words(canvas: Canvas, snapshot: Snapshot) -> None:
    words = hold_words(snapshot)
    if snapshot.paused_by is None:
        canvas.write(words, WORDS, bold(48, CALM), anchor="middle", balanced=True)
    else:
        strip(canvas, WORDS, words, size=42)


def _seconds_left(canvas: Canvas, snapshot: Snapshot, exercise: ExerciseView) -> None:
    left = whole_seconds(exercise.hold_s - snapshot.held_s)
    colour = INK if snapshot.counting else QUIET
    number = pygame.Rect(SECONDS.left, SECONDS.top, 320, SECONDS.height)
    filled = canvas.write(str(left), number, bold(150, colour), anchor="middle")
    beside = pygame.Rect(filled.right + 24, SECONDS.top, SECONDS.right - filled.right - 24, SECONDS.height)
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
