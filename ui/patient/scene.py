"""The live picture of a hold: plate, rim, feet, target and CoP, all in millimetres at one scale."""

from math import atan2, cos, sin
from typing import Final

import pygame

from station.training.snapshot import ExerciseView, Snapshot
from ui.patient.aims import draw_reaches, draw_targets, draw_time_in_target, draw_ways
from ui.patient.canvas import Canvas
from ui.patient.feet import FOOT_MM, feet_of, longest_foot, sole
from ui.patient.pen import Pen, Point
from ui.patient.place import CORNER, Scene
from ui.patient.ring import RING_WIDTH, filling_ring
from ui.patient.theme import (
    ASLEEP,
    CALM,
    CALM_SOFT,
    CARD,
    EDGE,
    FOOT,
    HAIR,
    INK,
    PAPER,
    TRAIL,
    WARM,
    mix,
)
from ui.patient.view import View
from ui.patient.widgets import front_label

DOT_RADIUS: Final = 24
POINTER: Final = 44
RING_GAP: Final = 32  # from the edge of the target to the middle of the ring of held time
RIM_WIDTH: Final = 8


def draw_still_scene(canvas: Canvas, snapshot: Snapshot) -> None:
    """Draw what does not move: plate, rim, feet, target or targets."""
    scene, live, exercise, pen = Scene(snapshot), snapshot.live, snapshot.exercise, canvas.pen
    pen.clip(scene.picture)
    pen.wash(ASLEEP, scene.picture)
    pen.block(scene.plate(snapshot.plate_mm), CARD, radius=CORNER, edge=EDGE, edge_width=4)
    if exercise is not None and exercise.rim_mm is not None:
        pen.wash(ASLEEP, scene.picture)
        pen.disc(scene.at(0.0, 0.0), exercise.rim_mm * scene.px_per_mm, CARD)
    _feet(pen, scene, exercise, snapshot.plate_mm[1])
    _rim(pen, scene, exercise)
    if exercise is not None and exercise.kind == "targets":
        draw_targets(canvas, scene, live)
    elif exercise is not None and exercise.kind == "reach":
        draw_ways(pen, scene, live)
    elif live.target_radius_mm is not None:
        centre, radius = scene.target(live)
        pen.disc(centre, radius + RING_GAP + RING_WIDTH / 2 + 5, CARD)
        pen.ring(centre, radius + RING_GAP, RING_WIDTH, HAIR)
        pen.disc(centre, radius, CALM)
        pen.disc(centre, radius - 5, CALM_SOFT)
    pen.frame(scene.picture, EDGE, PAPER, radius=CORNER, width=4)
    front_label(canvas, scene.picture.inflate(-40, -40), exercise, width=190)


def _rim(pen: Pen, scene: Scene, exercise: ExerciseView | None) -> None:
    """Draw how far the CoP may go before the board that tips touches the ground."""
    if exercise is not None and exercise.rim_mm is not None:
        radius = exercise.rim_mm * scene.px_per_mm
        pen.ring(scene.at(0.0, 0.0), radius + RIM_WIDTH / 2, RIM_WIDTH, WARM)


def _feet(pen: Pen, scene: Scene, exercise: ExerciseView | None, length_mm: float) -> None:
    x_mm, y_mm = scene.start_mm
    foot_mm = min(FOOT_MM, longest_foot(exercise, length_mm))
    for foot in feet_of(exercise):
        place = scene.at(x_mm + foot.x * foot_mm, y_mm + foot.y * foot_mm)
        sole(pen, place, foot_mm * scene.px_per_mm, FOOT, left=foot.left)


def draw_live_scene(canvas: Canvas, view: View, snapshot: Snapshot, exercise: ExerciseView) -> None:
    """Draw what moves: the ring of held time, how far somebody leaned, the trail, the CoP."""
    scene, live = Scene(snapshot), snapshot.live
    if exercise.kind == "targets":
        draw_time_in_target(canvas, scene, live)
    elif exercise.kind == "reach":
        draw_reaches(canvas.pen, scene, live)
    elif live.target_radius_mm is not None and exercise.hold_s > 0:
        centre, radius = scene.target(live)
        filling_ring(canvas, centre, radius + RING_GAP, snapshot.held_s / exercise.hold_s)
    if live.x_mm is None or live.y_mm is None:
        return
    dot = scene.at(live.x_mm, live.y_mm)
    canvas.pen.clip(scene.picture)
    _trail(canvas.pen, [scene.at(point.x_mm, point.y_mm) for point in view.trail])
    if scene.picture.collidepoint(dot):
        canvas.pen.disc(dot, DOT_RADIUS + 6, CARD)
        canvas.pen.disc(dot, DOT_RADIUS, INK)
    else:
        _pointer(canvas.pen, scene.picture, dot)
    canvas.pen.clip(None)


def _trail(pen: Pen, points: list[Point]) -> None:
    points = points[::-2][::-1]  # every second one, with the newest: the discs still run into each other
    for number, point in enumerate(points):
        youth = (number + 1) / len(points)
        pen.disc(point, 3 + 9 * youth, mix(CALM_SOFT, TRAIL, youth))


def _pointer(pen: Pen, picture: pygame.Rect, dot: Point) -> None:
    """Point to a CoP beyond the picture from its border; a dot there would tell a lie about its place."""
    inside = picture.inflate(-2 * POINTER, -2 * POINTER)
    x = min(max(dot[0], inside.left), inside.right)
    y = min(max(dot[1], inside.top), inside.bottom)
    way = atan2(dot[1] - y, dot[0] - x)
    tip, left, right = ((x + POINTER * 0.8 * cos(way + turn), y + POINTER * 0.8 * sin(way + turn))
                        for turn in (0.0, 2.3, -2.3))  # fmt: skip
    pen.disc((x, y), POINTER * 0.95, CARD)
    pen.shape([tip, left, right], INK)
