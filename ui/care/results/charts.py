"""A chart as data: what the page's script draws, and makes a table of when somebody asks for the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from django.utils import timezone
from django.utils.translation import gettext

Look = Literal["line", "dots", "hollow", "step", "limit", "path"]
DIGITS: Final = 4  # of a value in a page: 0.1 mm/s and less is no news


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity: a value for each time of the chart, None where there is none.

    `look`: dots joined by a line, full or hollow dots, steps, the dashed line of a limit, or a bare path.
    """

    label: str
    values: Sequence[float | None]
    look: Look = "line"

    @property
    def known(self) -> bool:
        """Whether it has any value."""
        return any(value is not None for value in self.values)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a time, drawn over the chart."""

    when: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of values in which no change can be told."""

    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Quantities of one unit over time; `seconds` instead of dates for what happens within a trial."""

    id: str
    title: str
    unit: str
    series: tuple[Series, ...]
    times: Sequence[datetime] = ()
    seconds: Sequence[float] = ()
    marks: tuple[Mark, ...] = ()
    band: Band | None = None
    spans: tuple[tuple[float, float], ...] = ()  # of seconds, shaded: what did not count
    low: float | None = 0.0  # None: as low as the values go
    high: float | None = None
    note: str = ""
    sim: bool = False
    table: bool = True
    whole: bool = field(default=False)  # steps of whole numbers

    @property
    def data(self) -> dict[str, Any]:
        """Return what the script draws."""
        return {
            "unit": self.unit,
            "clock": not self.seconds,
            "when": gettext("When"),
            "zone": timezone.get_current_timezone_name(),
            "x": [when.timestamp() for when in self.times] or [_short(value) for value in self.seconds],
            "series": [
                {"label": s.label, "look": s.look, "values": [_short(value) for value in s.values]}
                for s in self.series
            ],
            "marks": [{"t": mark.when.timestamp(), "label": mark.label} for mark in self.marks],
            "band": [_short(self.band.low), _short(self.band.high)] if self.band else None,
            "spans": [[_short(a), _short(b)] for a, b in self.spans],
            "low": self.low,
            "high": self.high,
            "whole": self.whole,
        }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
