"""A small drawing of one quantity over a period: dots of like trials, and where the programme changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format
from django.utils.translation import gettext

from ui.care.out.period import DAY
from ui.care.out.progress import Like, Point
from ui.care.out.summary import Plot, Summary
from ui.care.results.stabilogram import round_step

if TYPE_CHECKING:
    from ui.care.out.page import Page

INK: Final = (29, 39, 51)
MUTED: Final = (88, 100, 112)
GRID: Final = (218, 224, 230)
LINE: Final = (23, 92, 140)
SECOND: Final = (178, 84, 16)
CHANGE: Final = (110, 110, 110)
SCALE_MM: Final = 9.0  # left of the field, for its numbers
GRID_LINES: Final = 3
LABELS_APART_MM: Final = 3.2

Box = tuple[float, float, float, float]  # x, y, width, height in mm


@dataclass(frozen=True, slots=True)
class Field:
    """Where the dots go."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    first: date
    days: int
    top: float

    def x_of(self, day: date) -> float:
        """Return where a day stands."""
        return self.x_mm + self.width_mm * ((day - self.first).days + 0.5) / self.days

    def y_of(self, value: float) -> float:
        """Return where a value stands; 0 at the bottom."""
        return self.y_mm + self.height_mm * (1 - min(value, self.top) / self.top)


def draw_plot(page: "Page", plot: Plot, summary: Summary, box: Box) -> None:
    """Draw title, field and sentence into the box."""
    x_mm, y_mm, width_mm, height_mm = box
    page.type(10.5, bold=True)
    title = f"{plot.title}, {plot.unit}"
    page.put(x_mm, y_mm, title, width_mm=width_mm)
    if plot.names:
        _names(page, plot, x_mm + page.pdf.get_string_width(title) + 4, y_mm, box)
    field = _field(plot, summary, (x_mm, y_mm + 8.2, width_mm, height_mm - 22.4))
    _grid(page, plot, field)
    _changes(page, summary, field)
    for points, (colour, filled) in zip(plot.series, ((LINE, True), (SECOND, False)), strict=False):
        _series(page, field, points, colour, filled=filled)
    if not any(plot.series):
        page.type(9, rgb=MUTED)
        nothing = gettext("nothing measured")
        page.put(
            field.x_mm, field.y_mm + field.height_mm / 2 - 2, nothing, width_mm=field.width_mm, align="C"
        )
    page.type(9.5)
    page.put_lines(x_mm, y_mm + height_mm - 9.4, plot.says, width_mm=width_mm, most=2)


def _field(plot: Plot, summary: Summary, box: Box) -> Field:
    x_mm, y_mm, width_mm, height_mm = box
    highest = max((point.value for points in plot.series for point in points), default=1.0)
    top = plot.top or round_step(max(highest, 0.1) / GRID_LINES) * GRID_LINES
    return Field(
        x_mm + SCALE_MM,
        y_mm,
        width_mm - SCALE_MM,
        height_mm,
        summary.first,
        (summary.last - summary.first).days + 1,
        top,
    )


def _grid(page: "Page", plot: Plot, field: Field) -> None:
    pdf = page.pdf
    lines = 2 if plot.top else GRID_LINES
    pdf.set_draw_color(*GRID)
    pdf.set_line_width(0.2)
    page.type(8, rgb=MUTED)
    for number in range(lines + 1):
        value = field.top * number / lines
        y_mm = field.y_of(value)
        pdf.line(field.x_mm, y_mm, field.x_mm + field.width_mm, y_mm)
        page.put(field.x_mm - SCALE_MM, y_mm - 1.7, f"{value:g}", width_mm=SCALE_MM - 1.5, align="R")
    last = field.first + (field.days - 1) * DAY
    middle = field.first + (field.days // 2) * DAY
    below = field.y_mm + field.height_mm + 0.8
    third = field.width_mm / 3
    for day, x_mm, align in (
        (field.first, field.x_mm, "L"),
        (middle, field.x_mm + third, "C"),
        (last, field.x_mm + 2 * third, "R"),
    ):
        page.put(x_mm, below, date_format(day, "MONTH_DAY_FORMAT"), width_mm=third, align=align)  # type: ignore[arg-type]


def _changes(page: "Page", summary: Summary, field: Field) -> None:
    """Draw a dashed line for each change, numbered as in the list; close ones share a label."""
    pdf = page.pdf
    labelled_mm = -100.0
    for change in summary.changes:
        x_mm = field.x_of(change.day) - field.width_mm / field.days / 2
        pdf.set_draw_color(*CHANGE)
        pdf.set_line_width(0.25)
        pdf.set_dash_pattern(dash=1, gap=0.8)
        pdf.line(x_mm, field.y_mm - 0.5, x_mm, field.y_mm + field.height_mm)
        pdf.set_dash_pattern()
        if x_mm - labelled_mm >= LABELS_APART_MM:
            page.type(8, bold=True, rgb=CHANGE)
            page.put(x_mm - 3, field.y_mm - 3.9, str(change.number), width_mm=6, align="C")
            labelled_mm = x_mm


def _series(
    page: "Page", field: Field, points: Sequence[Point], colour: tuple[int, int, int], *, filled: bool
) -> None:
    pdf = page.pdf
    by_like: defaultdict[Like, list[Point]] = defaultdict(list)
    for point in points:
        by_like[point.like].append(point)
    radius = 0.85 if len(points) <= 40 else 0.6
    pdf.set_draw_color(*colour)
    for like in by_like.values():
        pdf.set_line_width(0.45)
        for a, b in pairwise(like):
            pdf.line(field.x_of(a.day), field.y_of(a.value), field.x_of(b.day), field.y_of(b.value))
        for point in like:
            pdf.set_fill_color(*(colour if filled else (255, 255, 255)))
            pdf.set_line_width(0.3)
            pdf.circle(field.x_of(point.day), field.y_of(point.value), radius, style="DF")


def _names(page: "Page", plot: Plot, x_mm: float, y_mm: float, box: Box) -> None:
    for name, (colour, filled) in zip(plot.names, ((LINE, True), (SECOND, False)), strict=True):
        page.pdf.set_draw_color(*colour)
        page.pdf.set_fill_color(*(colour if filled else (255, 255, 255)))
        page.pdf.set_line_width(0.3)
        page.pdf.circle(x_mm + 1, y_mm + 2.4, 0.9, style="DF")
        page.type(8.5, rgb=INK)
        left = box[0] + box[2] - x_mm - 3
        page.shrink(name, left)
        page.put(x_mm + 3, y_mm + 0.5, name, width_mm=left)
        x_mm += page.pdf.get_string_width(name) + 6
