"""The stabilogram of a trial: the path of the CoP with its 95 % ellipse, on equal axes in mm.

`read_pieces` decodes the raw trace; `draw` turns a path into numbers that a template writes as SVG.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from django.utils.translation import gettext

from station.errors import StationError
from station.link.messages import RawTrace, decode_body, decode_envelope
from station.sway.grid import cop_path
from station.sway.measures import Ellipse, Piece, prediction_ellipse
from station.sway.plate import plate_from_dict
from station.sway.trace import decode_trace
from ui.care import models

SIDE_PX: Final = 400.0  # of the square the path is drawn in
MOST_POINTS: Final = 1500
MARGIN: Final = 1.1
SMALLEST_HALF_MM: Final = 5.0  # so that a very quiet stance does not look like a wild one
TICKS_A_SIDE: Final = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale: mm from the mean position, and where it stands in px from left or top."""

    label: str
    x_px: float
    y_px: float


@dataclass(frozen=True, slots=True)
class EllipseOnPage:
    """The ellipse in px, its angle in degrees as SVG turns: clockwise, since y points down."""

    major_px: float
    minor_px: float
    angle_deg: float


@dataclass(frozen=True, slots=True)
class Stabilogram:
    """A drawing of `SIDE_PX` × `SIDE_PX`, the mean position in its middle, +x right and +y (forward) up."""

    lines: tuple[str, ...]  # `points` of SVG polylines; a gap in the trace starts a new one
    ellipse: EllipseOnPage
    ticks: tuple[Tick, ...]
    half_mm: float  # from the middle to each edge

    @property
    def side_px(self) -> float:
        """Width and height of the drawing."""
        return SIDE_PX

    @property
    def middle_px(self) -> float:
        """Where the mean position is, on both axes."""
        return SIDE_PX / 2


def stabilogram_of(trial: UUID) -> Stabilogram | None:
    """Return the stabilogram of a trial, None while its raw trace has not come or holds no path.

    Raises StationError when the trace cannot be understood.
    """
    payload = raw_payload(trial)
    return draw(read_pieces(payload)) if payload else None


def raw_payload(trial: UUID) -> bytes | None:
    """Return the message in which a trial's raw trace came, None while it has not."""
    raw = models.RawTrace.objects.filter(trial=trial).select_related("message").last()
    return bytes(raw.message.payload) if raw else None


def read_raw(payload: bytes) -> RawTrace:
    """Return the raw trace of a message. Raises StationError."""
    raw = decode_body(decode_envelope(payload))
    if not isinstance(raw, RawTrace):
        raise StationError(gettext("the message kept for this trial holds no raw trace"))
    return raw


def read_pieces(payload: bytes) -> list[Piece]:
    """Return the CoP of the time that counted, from the payload of a raw message. Raises StationError."""
    raw = read_raw(payload)
    return cop_path(decode_trace(raw.data), plate_from_dict(raw.plate)).pieces(spans_of(raw))


def spans_of(raw: RawTrace) -> list[tuple[int, int]]:
    """Return the spans that counted, in the trace's own time."""
    return list(raw.spans_ns or [raw.hold_ns])


def drawing_of(trial: UUID | None) -> tuple[Stabilogram | None, str]:
    """Return the stabilogram, or why there is none when its trace cannot be read."""
    if trial is None:
        return None, ""
    try:
        return stabilogram_of(trial), ""
    except StationError as error:
        return None, str(error)


def draw(pieces: Sequence[Piece], *, half_mm: float | None = None) -> Stabilogram | None:
    """Return the drawing of a path in mm; None when it has fewer than three points.

    `half_mm` from the middle to each edge, so that two drawings have one scale; None: as large as needed.
    """
    if sum(len(piece.x_mm) for piece in pieces) < 3:
        return None
    x_mm = np.concatenate([piece.x_mm for piece in pieces])
    y_mm = np.concatenate([piece.y_mm for piece in pieces])
    ellipse = prediction_ellipse(x_mm, y_mm)
    reach_mm = max(
        np.abs(x_mm - ellipse.x_mm).max(),
        np.abs(y_mm - ellipse.y_mm).max(),
        ellipse.major_mm,
        SMALLEST_HALF_MM,
    )
    half_mm = half_mm or float(reach_mm) * MARGIN
    scale = SIDE_PX / 2 / half_mm
    every = math.ceil(len(x_mm) / MOST_POINTS)
    return Stabilogram(
        lines=tuple(_points(piece, ellipse, scale, every) for piece in pieces if len(piece.x_mm) > 1),
        ellipse=EllipseOnPage(
            ellipse.major_mm * scale, ellipse.minor_mm * scale, -math.degrees(ellipse.angle_rad)
        ),
        ticks=_ticks(half_mm, scale),
        half_mm=half_mm,
    )


def _points(piece: Piece, centre: Ellipse, scale: float, every: int) -> str:
    x_px = SIDE_PX / 2 + (piece.x_mm[::every] - centre.x_mm) * scale
    y_px = SIDE_PX / 2 - (piece.y_mm[::every] - centre.y_mm) * scale
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(x_px.tolist(), y_px.tolist(), strict=True))


def _ticks(half_mm: float, scale: float) -> tuple[Tick, ...]:
    step_mm = round_step(half_mm / TICKS_A_SIDE)
    count = int(half_mm / step_mm)
    middle = SIDE_PX / 2
    return tuple(
        Tick(
            f"{n * step_mm:g}".replace("-", "−"),
            middle + n * step_mm * scale,
            middle - n * step_mm * scale,
        )
        for n in range(-count, count + 1)
    )


def round_step(at_least: float) -> float:
    """Return the smallest of 1, 2, 5 × 10ⁿ that is not below `at_least` (> 0)."""
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= at_least * (1 - 1e-9))
