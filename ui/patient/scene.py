"""The live picture of a hold: plate, rim, feet, target and CoP, all in millimetres at one scale."""

from functools import lru_cache
from math import atan2, cos, sin
from typing import Final

import pygame

from station.training.snapshot import ExerciseView, LiveView, Snapshot
from ui.patient.canvas import FINE, Canvas
from ui.patient.figures import sole
from ui.patient.pen import Pen, Point
from ui.patient.theme import (
    ASLEEP,
    CALM,
    CALM_SOFT,
    CARD,
    EDGE,
    FOOT,
    HAIR,
    HEIGHT,
    INK,
    MARGIN,
    PAPER,
    TRAIL,
    WARM,
    WIDTH,
    mix,
)
from ui.patient.view import View

PICTURE: Final = pygame.Rect(WIDTH - MARGIN - 596, 92, 596, HEIGHT - 92 - 32)
CORNER: Final = 34

# Quiet standing moves the CoP by a few millimetres. Of a whole plate that is nothing to see from two metres,
# so the picture shows this much of it around the target: the same for an exercise in every session.
SHOWN_MM: Final = 250.0
BESIDE_RIM_MM: Final = 12.0

FOOT_MM: Final = 232.0
STANCE_MM: Final = 80.0  # the middle of a foot from the middle between both
DOT_RADIUS: Final = 24
POINTER: Final = 44
RING_GAP: Final = 32  # from the edge of the target to the middle of the ring of held time
RING_WIDTH: Final = 30
RING_STEPS: Final = 360  # 2 px each: finer is not seen, and each step is drawn anew
RIM_WIDTH: Final = 8


def shown_mm(exercise: ExerciseView | None) -> float:
    """Return the side of the square of the plate that the picture shows, mm; with a rim, all inside it."""
    if exercise is None or exercise.rim_mm is None:
        return SHOWN_MM
    return max(SHOWN_MM, 2 * (exercise.rim_mm + BESIDE_RIM_MM))


class Scene:
    """Where millimetres of the plate lie on the page: the middle is the target, or the plate's with a rim."""

    def __init__(self, snapshot: Snapshot) -> None:
        live, exercise = snapshot.live, snapshot.exercise
        self.px_per_mm = PICTURE.width / shown_mm(exercise)
        self.target_mm = (live.target_x_mm or 0.0, live.target_y_mm or 0.0)
        with_rim = exercise is not None and exercise.rim_mm is not None
        self._middle_mm = (0.0, 0.0) if with_rim else self.target_mm

    def at(self, x_mm: float, y_mm: float) -> Point:
        """Return the point of the page for a point of the plate (+x right, +y forward is up)."""
        x0_mm, y0_mm = self._middle_mm
        return (
            PICTURE.centerx + (x_mm - x0_mm) * self.px_per_mm,
            PICTURE.centery - (y_mm - y0_mm) * self.px_per_mm,
        )

    def target(self, live: LiveView) -> tuple[Point, float]:
        """Return centre and radius of the target on the page; without one the radius is 0."""
        return self.at(*self.target_mm), (live.target_radius_mm or 0.0) * self.px_per_mm

    def plate(self, plate_mm: tuple[float, float]) -> pygame.Rect:
        """Return the plate on the page; most of it lies outside the picture."""
        width, length = (side_mm * self.px_per_mm for side_mm in plate_mm)
        middle = self.at(0.0, 0.0)
        plate = pygame.Rect(0, 0, round(width), round(length))
        plate.center = (round(middle[0]), round(middle[1]))
        return plate


def draw_still_scene(pen: Pen, snapshot: Snapshot) -> None:
    """Draw what does not move during a hold: plate, rim, feet, target."""
    scene, live, exercise = Scene(snapshot), snapshot.live, snapshot.exercise
    pen.clip(PICTURE)
    pen.wash(ASLEEP, PICTURE)
    pen.block(scene.plate(snapshot.plate_mm), CARD, radius=CORNER, edge=EDGE, edge_width=4)
    if exercise is not None and exercise.rim_mm is not None:
        pen.wash(ASLEEP, PICTURE)
        pen.disc(scene.at(0.0, 0.0), exercise.rim_mm * scene.px_per_mm, CARD)
    _feet(pen, scene, exercise)
    _rim(pen, scene, exercise)
    if live.target_radius_mm is not None:
        centre, radius = scene.target(live)
        pen.disc(centre, radius + RING_GAP + RING_WIDTH / 2 + 5, CARD)
        pen.ring(centre, radius + RING_GAP, RING_WIDTH, HAIR)
        pen.disc(centre, radius, CALM)
        pen.disc(centre, radius - 5, CALM_SOFT)
    pen.frame(PICTURE, EDGE, PAPER, radius=CORNER, width=4)


def _rim(pen: Pen, scene: Scene, exercise: ExerciseView | None) -> None:
    """Draw how far the CoP may go before the board that tips touches the ground."""
    if exercise is not None and exercise.rim_mm is not None:
        radius = exercise.rim_mm * scene.px_per_mm
        pen.ring(scene.at(0.0, 0.0), radius + RIM_WIDTH / 2, RIM_WIDTH, WARM)


def _feet(pen: Pen, scene: Scene, exercise: ExerciseView | None) -> None:
    one_leg = exercise is not None and exercise.stance == "one-leg"
    x_mm, y_mm = scene.target_mm
    for left in (True, False):
        if one_leg and exercise is not None and exercise.side != ("left" if left else "right"):
            continue
        aside_mm = 0.0 if one_leg else (-STANCE_MM if left else STANCE_MM)
        sole(pen, scene.at(x_mm + aside_mm, y_mm), FOOT_MM * scene.px_per_mm, FOOT, left=left)


def draw_live_scene(canvas: Canvas, view: View, snapshot: Snapshot, exercise: ExerciseView) -> None:
    """Draw what moves: the ring of held time, the trail, the CoP."""
    scene = Scene(snapshot)
    _held_ring(canvas, scene, snapshot, exercise)
    live = snapshot.live
    if live.x_mm is None or live.y_mm is None:
        return
    dot = scene.at(live.x_mm, live.y_mm)
    canvas.pen.clip(PICTURE)
    _trail(canvas.pen, [scene.at(point.x_mm, point.y_mm) for point in view.trail])
    if PICTURE.collidepoint(dot):
        canvas.pen.disc(dot, DOT_RADIUS + 6, CARD)
        canvas.pen.disc(dot, DOT_RADIUS, INK)
    else:
        _pointer(canvas.pen, dot)
    canvas.pen.clip(None)


def _trail(pen: Pen, points: list[Point]) -> None:
    points = points[::-2][::-1]  # every second one, with the newest: the discs still run into each other
    for number, point in enumerate(points):
        youth = (number + 1) / len(points)
        pen.disc(point, 3 + 9 * youth, mix(CALM_SOFT, TRAIL, youth))


def _pointer(pen: Pen, dot: Point) -> None:
    """Point to a CoP beyond the picture from its border; a dot there would tell a lie about its place."""
    inside = PICTURE.inflate(-2 * POINTER, -2 * POINTER)
    x = min(max(dot[0], inside.left), inside.right)
    y = min(max(dot[1], inside.top), inside.bottom)
    way = atan2(dot[1] - y, dot[0] - x)
    tip, left, right = ((x + POINTER * 0.8 * cos(way + turn), y + POINTER * 0.8 * sin(way + turn))
                        for turn in (0.0, 2.3, -2.3))  # fmt: skip
    pen.disc((x, y), POINTER * 0.95, CARD)
    pen.shape([tip, left, right], INK)


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
