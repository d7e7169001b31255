"""Points of a calibration: a known load at a known place, and what the four cells said. Read from CSV."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

import numpy as np
from numpy.typing import NDArray

from station.errors import CalibrationError
from station.session.plates import write_atomically
from station.sway.plate import Four
from station.sway.reading import CELL_COUNT

COLUMNS: Final = ("x_mm", "y_mm", "force_n", "fl_counts", "fr_counts", "rl_counts", "rr_counts")
USE: Final = "use"
FIT: Final = "fit"
VERIFY: Final = "verify"
FARTHEST_MM: Final = 2000.0
MOST_N: Final = 5000.0
FULL_SCALE_COUNTS: Final = 0x7FFFFF  # HX711 datasheet V2.0: 24 bits, two's complement

Use = Literal["fit", "verify"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement: force in N at a place in mm, mean counts in corner order; force 0 is a tare.

    `name` says where it stands for a person ("line 7").
    """

    name: str
    x_mm: float
    y_mm: float
    force_n: float
    counts: Four
    use: Use = "fit"

    @property
    def tare(self) -> bool:
        """Return whether the plate was empty."""
        return self.force_n == 0


@dataclass(frozen=True, slots=True)
class Table:
    """Loaded points as arrays of n rows; `net_counts` (n, 4) has the zero taken off."""

    names: tuple[str, ...]
    x_mm: Floats
    y_mm: Floats
    force_n: Floats
    net_counts: Floats

    def __len__(self) -> int:
        return len(self.names)

    def rows(self, which: NDArray[np.bool_]) -> "Table":
        """Return the rows for which `which` is true."""
        names = tuple(name for name, wanted in zip(self.names, which, strict=True) if wanted)
        return Table(names, self.x_mm[which], self.y_mm[which], self.force_n[which], self.net_counts[which])

    @property
    def places(self) -> NDArray[np.int64]:
        """Return a number for each row's place: rows at the same place have the same."""
        at = np.round(np.stack([self.x_mm, self.y_mm], axis=1), 1)
        return np.asarray(np.unique(at, axis=0, return_inverse=True)[1].reshape(-1), dtype=np.int64)


def design_of(points: Table) -> Floats:
    """Return counts per newton of load, shape (n, 4)."""
    return np.asarray(points.net_counts / points.force_n[:, None])


def table(points: Sequence[Point], use: Use) -> Table:
    """Return the loaded points of one use, each with the zero of its own time taken off.

    Between two tares the zero is taken to walk evenly, from row to row: cells creep and warm up. Raises
    CalibrationError when there is no tare.
    """
    tares = [at for at, point in enumerate(points) if point.tare]
    if not tares:
        raise CalibrationError(
            "the points hold no row with force 0; add at least one, read with the plate empty"
        )
    zeros = np.array([points[at].counts for at in tares], dtype=np.float64)
    wanted = [at for at, point in enumerate(points) if point.use == use and not point.tare]
    counts = np.array([points[at].counts for at in wanted], dtype=np.float64).reshape(-1, CELL_COUNT)
    walked = np.stack([np.interp(wanted, tares, zeros[:, cell]) for cell in range(CELL_COUNT)], axis=1)
    chosen = [points[at] for at in wanted]
    return Table(
        tuple(point.name for point in chosen),
        np.array([point.x_mm for point in chosen]),
        np.array([point.y_mm for point in chosen]),
        np.array([point.force_n for point in chosen]),
        counts - walked.reshape(-1, CELL_COUNT),
    )


def reference_tare(points: Sequence[Point]) -> Four:
    """Return the mean counts of the empty plate. Raises CalibrationError when there is no tare."""
    zeros = [point.counts for point in points if point.tare]
    if not zeros:
        raise CalibrationError("the points hold no row with force 0; the plate has no zero without one")
    fl, fr, rl, rr = (sum(of_cell) / len(zeros) for of_cell in zip(*zeros, strict=True))
    return fl, fr, rl, rr


def read_points(file: Path) -> list[Point]:
    """Return the points of a CSV file. Raises CalibrationError naming file, line and column."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as text:
            return parse_points(text, where=str(file))
    except OSError as error:
        raise CalibrationError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CalibrationError(
            f"{file}: not a text file; a CSV with the header {','.join(COLUMNS)} is needed"
        ) from None


def parse_points(lines: Iterable[str], *, where: str) -> list[Point]:
    """Return the points of CSV text. Raises CalibrationError naming line and column."""
    rows = csv.reader(lines)
    try:
        header = [name.strip() for name in next(rows, [])]
        _check_header(header, where)
        points = [
            _point(header, row, rows.line_num, where) for row in rows if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise CalibrationError(f"{where}, line {rows.line_num}: not readable as CSV: {error}") from None
    if not points:
        raise CalibrationError(f"{where}: no points below the header")
    return points


def _check_header(header: Sequence[str], where: str) -> None:
    for name in COLUMNS:
        if header.count(name) != 1:
            how = "is missing" if name not in header else "stands twice"
            raise CalibrationError(
                f"{where}, line 1: column {name} {how}; the header is {','.join(COLUMNS)}[,use]"
            )
    for name in header:
        if name not in {*COLUMNS, USE}:
            raise CalibrationError(
                f"{where}, line 1: column {name!r} is unknown; the header is {','.join(COLUMNS)}[,use]"
            )


def _point(header: Sequence[str], row: Sequence[str], line: int, where: str) -> Point:
    at = f"{where}, line {line}"
    if len(row) != len(header):
        raise CalibrationError(f"{at}: {len(row)} values where the header names {len(header)} columns")
    values = dict(zip(header, (text.strip() for text in row), strict=True))
    use = values.get(USE) or FIT
    if use not in {FIT, VERIFY}:
        raise CalibrationError(f"{at}, column use: {use!r} is neither fit nor verify")
    x_mm, y_mm = (_number(values, name, at, -FARTHEST_MM, FARTHEST_MM) for name in ("x_mm", "y_mm"))
    force_n = _number(values, "force_n", at, 0, MOST_N)
    fl, fr, rl, rr = (
        _number(values, name, at, -FULL_SCALE_COUNTS - 1, FULL_SCALE_COUNTS) for name in COLUMNS[3:]
    )
    return Point(f"line {line}", x_mm, y_mm, force_n, (fl, fr, rl, rr), cast("Use", use))


def _number(values: dict[str, str], name: str, at: str, least: float, most: float) -> float:
    try:
        number = float(values[name])
    except ValueError:
        raise CalibrationError(f"{at}, column {name}: {values[name]!r} is no number") from None
    if not math.isfinite(number) or not least <= number <= most:
        raise CalibrationError(f"{at}, column {name}: {values[name]} is outside {least:g} to {most:g}")
    return number


def write_points(points: Sequence[Point], file: Path) -> None:
    """Write points so that `read_points` reads them back; names become line numbers.

    Raises CalibrationError; what was there before then stays.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*COLUMNS, USE])
    for point in points:
        at = (f"{point.x_mm:.2f}", f"{point.y_mm:.2f}", f"{point.force_n:.3f}")
        writer.writerow([*at, *(f"{count:.2f}" for count in point.counts), point.use])
    write_atomically(file, text.getvalue().encode())
