"""A recording as the board: the samples the live path would have made of it, and its measures."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from station.analysis.formats import COP_COLUMNS, COUNTS, FORCE_COLUMNS, FORCE_PLATE, TIME, TRIAL
from station.analysis.table import Table
from station.analysis.track import NOMINAL_PLATE, check_length, readings_of
from station.errors import RecordingError
from station.rehearse.measured import Path, measured
from station.sway.grid import GAP_S, runs
from station.sway.live import CUTOFF_HZ, PERIOD_NS, RATE_HZ, LiveCop
from station.sway.measures import Floats
from station.sway.plate import MIN_LOAD_N, Plate
from station.sway.reading import Fault, Reading, Sample
from station.sway.report import Report, report

S: Final = 1_000_000_000
# Virtual time at the first row: no machine takes this instant for "never".
START_NS: Final = 10 * S
GAP_STEPS: Final = 1.5
CHUNK: Final = 10_000
NO_FORCE: Final = (0.0, 0.0, 0.0, 0.0)

Spans = Sequence[tuple[int, int]]


class RecordedBoard:
    """Samples of one recording. Times are virtual ones; `t_s` gives the recording's own.

    Raises RecordingError for a recording that is too short, or of raw counts and no plate.
    """

    def __init__(self, table: Table, plate: Plate | None) -> None:
        check_length(table.columns[TIME])
        if table.format is COUNTS and plate is None:
            raise RecordingError("it holds raw counts; name the plate they were measured with: --plate FILE")
        self._table = table
        self.plate = plate or NOMINAL_PLATE
        self._first_s = float(table.columns[TIME][0])
        self.end_ns = self._virtual_ns(float(table.columns[TIME][-1]))

    def t_s(self, t_ns: int) -> float:
        """Return the recording's own time of a virtual instant."""
        return round((t_ns - START_NS) / S + self._first_s, 3)

    def _virtual_ns(self, t_s: float) -> int:
        return START_NS + round((t_s - self._first_s) * S)

    def samples(self) -> Iterator[Sample]:
        """Yield what the live path makes of it, every 10 ms."""
        if self._table.format is COUNTS:
            yield from self._of_counts()
            return
        grid_ns, forces_n, known = self._on_grid()
        load_n = forces_n.sum(axis=0)
        x_mm, y_mm = self.plate.cop_mm(list(forces_n), np.where(load_n >= MIN_LOAD_N, load_n, np.nan))
        for start in range(0, len(grid_ns), CHUNK):
            part = slice(start, start + CHUNK)
            yield from _samples(grid_ns[part], forces_n[:, part], x_mm[part], y_mm[part], known[part])

    def empty(self, seconds: float) -> Iterator[Sample]:
        """Yield an empty board for so long after the recording's end."""
        first_ns = (self.end_ns // PERIOD_NS + 1) * PERIOD_NS
        for n in range(round(seconds * RATE_HZ)):
            yield Sample(first_ns + n * PERIOD_NS, NO_FORCE, 0.0, None, None)

    def _readings(self) -> tuple[list[Reading], list[tuple[int, int]]]:
        readings, spans_ns = readings_of(self._table)
        shift_ns = START_NS - round(self._first_s * S)
        return [r._replace(t_ns=r.t_ns + shift_ns) for r in readings], spans_ns

    def _of_counts(self) -> Iterator[Sample]:
        live = LiveCop(self.plate)
        for reading in self._readings()[0]:
            yield from live.push(reading)
        yield from live.advance(self.end_ns)

    def _forces_n(self) -> Floats:
        """Return the forces of every row, shape (4, n); NaN where the recording knows none."""
        if self._table.format is not FORCE_PLATE:
            return self._table.stack(FORCE_COLUMNS)
        load_n, x_mm, y_mm = self._table.stack(COP_COLUMNS)
        # Below the least load a force plate's CoP is noise, and often 0/0.
        standing = np.abs(load_n) >= MIN_LOAD_N
        across = np.where(standing, 2 * x_mm / self.plate.width_mm, 0.0)
        along = np.where(standing, 2 * y_mm / self.plate.length_mm, 0.0)
        corners = ((-1, 1), (1, 1), (-1, -1), (1, -1))
        return np.stack([load_n / 4 * (1 + a * across) * (1 + b * along) for a, b in corners])

    def _on_grid(self) -> tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]:
        """Return virtual times, low-passed forces (4, n), and where the recording has rows to tell them of.

        Between two rows the forces go straight, as they do when it is replayed through the chips.
        """
        forces_n, t_s = self._forces_n(), self._table.columns[TIME]
        whole = np.isfinite(forces_n).all(axis=0)
        rows_s, rows_n = t_s[whole] - self._first_s, forces_n[:, whole]
        if len(rows_s) < 3:
            raise RecordingError("hardly any row has all four forces; there is nothing to rehearse")
        grid_ns = np.arange(START_NS, self.end_ns + PERIOD_NS // 2, PERIOD_NS, dtype=np.int64)
        grid_s = (grid_ns - START_NS) * 1e-9
        after = np.clip(np.searchsorted(rows_s, grid_s - 1e-7), 1, len(rows_s) - 1)
        longest_s = max(GAP_S, GAP_STEPS * float(np.median(np.diff(t_s))))
        near = np.minimum(np.abs(grid_s - rows_s[after - 1]), np.abs(grid_s - rows_s[after])) < 1e-6
        known = (rows_s[after] - rows_s[after - 1] <= longest_s) | near
        known &= (grid_s >= rows_s[0] - 1e-6) & (grid_s <= rows_s[-1] + 1e-6)
        on_grid = np.stack([np.interp(grid_s, rows_s, force_n) for force_n in rows_n])
        return grid_ns, _low_passed(on_grid, known), known

    # -- measures ------------------------------------------------------------------------------------------

    def measures(self, spans_ns: Spans) -> Report | None:
        """Return the report of the time that counted, made as `analyse` makes it."""
        if self._table.format is COUNTS:
            return report(self._readings()[0], self.plate, spans_ns)
        forces_n, t_s = self._forces_n(), self._table.columns[TIME]
        told = np.isfinite(forces_n).all(axis=0)
        if self._table.format is TRIAL:
            x_mm, y_mm = self._table.columns["ml_mm"], self._table.columns["ap_mm"]
            told = np.isfinite(x_mm) & np.isfinite(y_mm)
        else:
            load_n = forces_n.sum(axis=0)
            told &= load_n >= MIN_LOAD_N
            x_mm, y_mm = self.plate.cop_mm(list(forces_n), np.where(told, load_n, np.nan))
        virtual_s = t_s - self._first_s + START_NS / S
        path = Path(virtual_s[told], x_mm[told], y_mm[told], filtered=self._table.format is TRIAL)
        return measured(path, spans_ns)


def _low_passed(forces_n: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return the forces through the live path's filter (`station.sway.filter`), anew after every gap."""
    b, a = signal.butter(2, CUTOFF_HZ, fs=RATE_HZ)
    rest = signal.lfilter_zi(b, a)
    out = np.zeros_like(forces_n)
    for run in runs(known):
        start_n = forces_n[:, run.start]
        out[:, run], _ = signal.lfilter(b, a, forces_n[:, run], axis=1, zi=start_n[:, None] * rest)
    return out


def _samples(
    grid_ns: NDArray[np.int64], forces_n: Floats, x_mm: Floats, y_mm: Floats, known: NDArray[np.bool_]
) -> Iterator[Sample]:
    load_n = forces_n.sum(axis=0).tolist()
    columns = zip(
        grid_ns.tolist(),
        forces_n.T.tolist(),
        load_n,
        x_mm.tolist(),
        y_mm.tolist(),
        known.tolist(),
        strict=True,
    )
    for t_ns, forces, load, x, y, is_known in columns:
        if not is_known:
            yield Sample(t_ns, NO_FORCE, 0.0, None, None, Fault.SILENT)
        elif load >= MIN_LOAD_N:
            yield Sample(t_ns, tuple(forces), load, x, y)
        else:
            yield Sample(t_ns, tuple(forces), load, None, None)
