"""One trial read from its raw trace: the CoP and the hands over time, what counted and what paused it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.utils.translation import gettext
from numpy.typing import NDArray

from station.link.messages import RawTrace
from station.sway.grid import CopPath, cop_path
from station.sway.measures import Floats, Piece
from station.sway.plate import plate_from_dict
from station.sway.trace import decode_trace
from ui.care.results.charts import Chart, Series
from ui.care.results.stabilogram import Stabilogram, draw, spans_of

MOST_POINTS: Final = 900
NS: Final = 1_000_000_000
Seconds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the hold, seconds from its start: counted, or paused; shares are of 100 for a bar."""

    from_s: float
    to_s: float
    counted: bool
    support_percent: float | None

    @property
    def length_s(self) -> float:
        """Return how long it was."""
        return self.to_s - self.from_s


@dataclass(frozen=True, slots=True)
class Story:
    """What a trace shows."""

    pieces: list[Piece]
    drawing: Stabilogram | None
    charts: tuple[Chart, ...]
    parts: tuple[Part, ...]

    @property
    def paused_s(self) -> float:
        """Return how long the count stood still."""
        return sum(part.length_s for part in self.parts if not part.counted)


def story_of(raw: RawTrace, *, body_weight_n: float | None, limit_percent: float | None, sim: bool) -> Story:
    """Return what a trace shows. Raises StationError when it cannot be understood."""
    path = cop_path(decode_trace(raw.data), plate_from_dict(raw.plate))
    spans = spans_of(raw)
    pieces = path.pieces(spans)
    start_ns = spans[0][0]
    counted = [((a - start_ns) / NS, (b - start_ns) / NS) for a, b in spans]
    support = _support(path, body_weight_n)
    charts = (
        tuple(_charts(path, start_ns, counted, support, limit_percent, sim=sim))
        if np.isfinite(path.x_mm).any()
        else ()
    )
    return Story(pieces, draw(pieces), charts, tuple(_parts(path, start_ns, counted, support)))


def _support(path: CopPath, body_weight_n: float | None) -> Floats | None:
    if not body_weight_n:
        return None
    carried: Floats = 100 * (1 - path.forces_n.sum(axis=0) / body_weight_n)
    return np.clip(carried, 0, 100)


def _charts(
    path: CopPath, start_ns: int, counted: Sequence[Seconds], support: Floats | None, limit: float | None,
    *, sim: bool,
) -> list[Chart]:  # fmt: skip
    every = max(1, len(path.t_ns) // MOST_POINTS)
    seconds = ((path.t_ns[::every] - start_ns) / NS).tolist()
    spans = tuple(_pauses(counted, seconds[0], seconds[-1]))
    inside = _mask(path, start_ns, counted)
    x_mm, y_mm = (_thin(values - np.nanmean(values[inside]), every) for values in (path.x_mm, path.y_mm))
    note = gettext("Shaded: what did not count.")
    charts = [
        Chart(
            id="cop",
            title=gettext("Centre of pressure around its mean"),
            unit="mm",
            series=(
                Series(gettext("Side to side (ML), right is up"), x_mm, "path"),
                Series(gettext("Forward and back (AP), forward is up"), y_mm, "path"),
            ),
            seconds=seconds,
            spans=spans,
            low=None,
            sim=sim,
            note=note,
            table=False,
        )
    ]
    if support is not None:
        carried = Series(gettext("Carried by the hands"), _thin(support, every), "path")
        series: tuple[Series, ...] = (carried,)
        if limit is not None and limit < 100:
            series += (Series(gettext("Limit of the rung"), [limit] * len(seconds), "limit"),)
        charts.append(
            Chart(
                id="hands",
                title=gettext("Weight on the hands"),
                unit=gettext("% of body weight"),
                series=series,
                seconds=seconds,
                spans=spans,
                sim=sim,
                note=note,
                table=False,
            )
        )
    return charts


def _thin(values: Floats, every: int) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values[::every]]


def _mask(path: CopPath, start_ns: int, spans: Sequence[Seconds]) -> NDArray[np.bool_]:
    seconds = (path.t_ns - start_ns) / NS
    inside = np.zeros(len(seconds), dtype=np.bool_)
    for a, b in spans:
        inside |= (seconds >= a) & (seconds <= b)
    inside &= np.isfinite(path.x_mm)
    return inside if inside.any() else np.isfinite(path.x_mm)


def _pauses(counted: Sequence[Seconds], first: float, last: float) -> list[Seconds]:
    edges = [first, *(edge for span in counted for edge in span), last]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def _parts(path: CopPath, start_ns: int, counted: Sequence[Seconds], support: Floats | None) -> list[Part]:
    """Return counted stretches and the pauses between them, in order."""
    parts: list[Part] = []
    for number, (a, b) in enumerate(counted):
        if number and a > counted[number - 1][1]:
            pause = (counted[number - 1][1], a)
            parts.append(Part(*pause, counted=False, support_percent=_mean(path, start_ns, pause, support)))
        parts.append(Part(a, b, counted=True, support_percent=_mean(path, start_ns, (a, b), support)))
    return parts


def _mean(path: CopPath, start_ns: int, span: Seconds, support: Floats | None) -> float | None:
    if support is None:
        return None
    seconds = (path.t_ns - start_ns) / NS
    known = support[(seconds >= span[0]) & (seconds <= span[1]) & np.isfinite(support)]
    return float(known.mean()) if known.size else None
