"""A recorded person: force-plate and four-force recordings, read strictly and played as a load."""

import csv
import gzip
import math
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from station.board.load import Forces, Plate
from station.errors import RecordingError

TIME: Final = "t_s"
FORCES: Final = ("fl_n", "fr_n", "rl_n", "rr_n")
FORCE_PLATE: Final = ("load_n", "ml_mm", "ap_mm")
# A force in newtons outside is no person on a plate; up to NOISE_N either way an empty plate's noise may be.
MOST_N: Final = 5000.0
NOISE_N: Final = 50.0


class Recording:
    """Forces on the four cells over the recording's own time; between two rows they go straight.

    `first_s` is the time of the first row; `duration_ns` runs from there to the last.
    """

    def __init__(self, name: str, times_s: Sequence[float], rows: Sequence[Forces]) -> None:
        self.name = name
        self.first_s = times_s[0]
        self._times_ns = array("q", (round((t_s - times_s[0]) * 1e9) for t_s in times_s))
        self._rows = rows
        self.duration_ns: int = self._times_ns[-1]

    def forces_n(self, elapsed_ns: int) -> Forces:
        """Return the forces this long after the first row; before and after the recording its ends stand."""
        after = bisect_right(self._times_ns, elapsed_ns)
        if after == 0:
            return self._rows[0]
        if after == len(self._rows):
            return self._rows[-1]
        from_ns, to_ns = self._times_ns[after - 1], self._times_ns[after]
        share = (elapsed_ns - from_ns) / (to_ns - from_ns)
        before_n, after_n = self._rows[after - 1], self._rows[after]
        return Forces._make(b + share * (a - b) for b, a in zip(before_n, after_n, strict=True))


def read_recording(file: Path, plate: Plate) -> Recording:
    """Return a recording with the columns `t_s,load_n,ml_mm,ap_mm` or `t_s,fl_n,fr_n,rl_n,rr_n` (CSV or .gz).

    Raises RecordingError naming file, line and column, and what is allowed there.
    """
    try:
        with _open(file) as text:
            return _parse(file, text, plate)
    except UnicodeDecodeError as error:
        raise RecordingError(
            f"{file}: this is no text ({error.reason}); a recording is CSV or .csv.gz"
        ) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise RecordingError(f"{file}: the compressed file is damaged ({error}); copy it again") from None
    except OSError as error:
        raise RecordingError(f"{file}: it cannot be read ({error.strerror}); check the name") from None


def _open(file: Path) -> TextIO:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _parse(file: Path, text: Iterable[str], plate: Plate) -> Recording:
    reader = csv.reader(text, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        columns = _columns(file, header)
        times_s: list[float] = []
        rows: list[Forces] = []
        lines = ((reader.line_num, row) for row in reader)
        for t_s, values in _numbers(file, lines, header, columns):
            times_s.append(t_s)
            rows.append(_corners_n(f"{file}:{reader.line_num}", values, plate))
    except csv.Error as error:
        raise RecordingError(f"{file}:{reader.line_num}: {error}; a recording is plain CSV") from None
    if len(rows) < 2:
        raise RecordingError(f"{file}: it has {len(rows)} rows of numbers; a recording has two or more")
    return Recording(file.name, times_s, rows)


def _corners_n(where: str, values: Sequence[float], plate: Plate) -> Forces:
    """Return the forces of one row. Raises RecordingError for what no person on this plate presses."""
    if len(values) == len(FORCES):
        corners_n = Forces(*values)
        _check_force(where, "the load (fl_n + fr_n + rl_n + rr_n)", sum(values))
    else:
        load_n, x_mm, y_mm = values
        _check_force(where, "load_n", load_n)
        if abs(load_n) > NOISE_N:  # below, the CoP is the noise of an empty plate
            _check_on_plate(where, "ml_mm", x_mm, plate.width_mm)
            _check_on_plate(where, "ap_mm", y_mm, plate.length_mm)
        corners_n = plate.corners_n(load_n, x_mm, y_mm)
    for name, force_n in zip(FORCES, corners_n, strict=True):
        _check_force(where, name, force_n)
    return corners_n


def _check_force(where: str, name: str, force_n: float) -> None:
    if not -NOISE_N <= force_n <= MOST_N:
        raise RecordingError(
            f"{where}: {name} is {force_n:g} N; it must be between 0 and {MOST_N:g} N "
            f"(noise down to -{NOISE_N:g} N is allowed)"
        )


def _check_on_plate(where: str, name: str, position_mm: float, size_mm: float) -> None:
    if abs(position_mm) > size_mm / 2:
        raise RecordingError(
            f"{where}: {name} is {position_mm:g} mm, beyond the plate's edge at {size_mm / 2:g} mm; "
            "it is counted from the plate's centre"
        )


def _columns(file: Path, header: list[str]) -> list[int]:
    """Return where time and values stand in a row."""
    if not any(header):
        raise RecordingError(f"{file}: it is empty; the first line names the columns ({_allowed()})")
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise RecordingError(f"{file}:1: the column {min(twice)} is there twice; remove one")
    for names in ((TIME, *FORCES), (TIME, *FORCE_PLATE)):
        if all(name in header for name in names):
            return [header.index(name) for name in names]
    kind = FORCES if any(name in header for name in FORCES) else FORCE_PLATE
    missing = [name for name in (TIME, *kind) if name not in header]
    raise RecordingError(f"{file}:1: no column {' or '.join(missing)}; there must be {_allowed()}")


def _allowed() -> str:
    return f"{','.join((TIME, *FORCES))} or {','.join((TIME, *FORCE_PLATE))}"


def _numbers(
    file: Path, lines: Iterable[tuple[int, list[str]]], header: list[str], columns: list[int]
) -> Iterator[tuple[float, list[float]]]:
    last_s = -math.inf
    for line, row in lines:
        if not row:
            continue
        where = f"{file}:{line}"
        t_s, *values = (_number(where, header, row, column) for column in columns)
        if t_s <= last_s:
            raise RecordingError(
                f"{where}: {TIME} is {t_s:g} after {last_s:g}; time must rise from row to row"
            )
        last_s = t_s
        yield t_s, values


def _number(where: str, header: list[str], row: list[str], column: int) -> float:
    name = header[column]
    if column >= len(row):
        raise RecordingError(
            f"{where}: the row ends before column {name}; every row has {len(header)} columns"
        )
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RecordingError(f"{where}: {name} is {row[column]!r}; it must be a number")
    return value
