"""Where millimetres of the plate lie in the live picture, at one scale for both axes."""

from typing import Final

import pygame

from station.training.snapshot import ExerciseView, LiveView, Snapshot
from ui.patient.feet import in_front
from ui.patient.pen import Point
from ui.patient.theme import HEIGHT, MARGIN, WIDTH

PICTURE: Final = pygame.Rect(WIDTH - MARGIN - 596, 92, 596, HEIGHT - 92 - 32)
# On a station that several share a second person looks on from further away.
LARGE_PICTURE: Final = pygame.Rect(WIDTH - 24 - 644, 38, 644, 644)
CORNER: Final = 34

# Quiet standing moves the CoP by a few millimetres. Of a whole plate that is nothing to see from two metres,
# so the picture shows this much of it around the target: the same for an exercise in every session.
SHOWN_MM: Final = 250.0
BESIDE_RIM_MM: Final = 12.0

STEP_SHOWN_MM: Final = 430.0  # one foot in front of the other: the whole plate
REACH_SHOWN_MM: Final = 340.0
TARGETS_SHOWN_MM: Final = (180.0, 250.0, 350.0, 420.0)  # near targets are shown larger, or they would be dots
TARGETS_SHARE: Final = 0.36  # of the side: how far from the middle a target may end; then ring and number


def picture_of(snapshot: Snapshot) -> pygame.Rect:
    """Return where the live picture lies on the page."""
    return LARGE_PICTURE if snapshot.clinic else PICTURE


def shown_mm(exercise: ExerciseView | None, live: LiveView) -> float:
    """Return the side of the square of the plate that the picture shows, mm; with a rim, all inside it."""
    if exercise is None:
        return SHOWN_MM
    if exercise.kind == "targets" and live.start_mm is not None:
        return _around_mm(live, live.start_mm)
    if exercise.kind == "reach":
        return REACH_SHOWN_MM
    if exercise.rim_mm is not None:
        return max(SHOWN_MM, 2 * (exercise.rim_mm + BESIDE_RIM_MM))
    return SHOWN_MM if in_front(exercise) is None else STEP_SHOWN_MM


def _around_mm(live: LiveView, start_mm: Point) -> float:
    """Return the smallest of a few sides that holds all targets with the ring of time around them, mm."""
    away_mm = [abs(place[k] - start_mm[k]) for place in live.targets_mm for k in (0, 1)]
    furthest_mm = max(away_mm, default=0.0) + (live.target_radius_mm or 0.0)
    fitting = (side for side in TARGETS_SHOWN_MM if furthest_mm <= TARGETS_SHARE * side)
    return next(fitting, TARGETS_SHOWN_MM[-1])


class Scene:
    """Where millimetres of the plate lie on the page.

    The middle is where the person stood: the target of a hold. With a rim it is the plate's.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        live, exercise = snapshot.live, snapshot.exercise
        self.picture = picture_of(snapshot)
        self.px_per_mm = self.picture.width / shown_mm(exercise, live)
        self.target_mm = (live.target_x_mm or 0.0, live.target_y_mm or 0.0)
        self.start_mm = live.start_mm or self.target_mm
        with_rim = exercise is not None and exercise.rim_mm is not None
        self._middle_mm = (0.0, 0.0) if with_rim else self.start_mm

    def at(self, x_mm: float, y_mm: float) -> Point:
        """Return the point of the page for a point of the plate (+x right, +y forward is up)."""
        x0_mm, y0_mm = self._middle_mm
        return (
            self.picture.centerx + (x_mm - x0_mm) * self.px_per_mm,
            self.picture.centery - (y_mm - y0_mm) * self.px_per_mm,
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
