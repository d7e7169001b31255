"""One recording to its report; many of them on every core, in the order they were named."""

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Literal

import numpy as np

from station.analysis.formats import COUNTS, TRIAL
from station.analysis.table import Table, read_table
from station.analysis.track import Track, check_length, readings_of, track_of
from station.errors import RecordingError, StationError
from station.sway.catalogue import CATALOGUE
from station.sway.grid import cop_path, runs, smoothed
from station.sway.measures import Floats, Piece
from station.sway.plate import Plate
from station.sway.reading import ALG
from station.sway.report import LONGEST_GAP_S, MOST_MISSING, Report, report, report_path

Filter = Literal["cop-1", "none"]

# Starting a process costs about as much as thirty recordings of a minute.
FEWEST_FOR_PROCESSES: Final = 64
CHUNK: Final = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """How recordings are analysed. `plate` is None where none was named; `drawn` keeps the path for it."""

    filter: Filter = "cop-1"
    plate: Plate | None = None
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the measured path without a gap: times in s, CoP in mm, each of shape (n,)."""

    t_s: Floats
    piece: Piece


@dataclass(frozen=True, slots=True)
class Analysis:
    """What came of one recording; `stretches` is the path its measures were made of, when it is drawn."""

    file: Path
    report: Report
    filter: Filter
    duration_s: float
    rate_hz: float
    alg: str = ALG
    stretches: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be analysed, and why, in one sentence."""

    file: Path
    error: str


def analyse_file(file: Path, settings: Settings) -> Analysis | Failure:
    """Return what came of one file; what is wrong with it is part of the answer."""
    try:
        return analyse_table(read_table(file), file, settings)
    except RecordingError as error:
        sentence = str(error)
        return Failure(file, sentence if sentence.startswith(f"{file}:") else f"{file}: {sentence}")


def analyse_table(table: Table, file: Path, settings: Settings) -> Analysis:
    """Return the report of a recording that was read. Raises RecordingError when it cannot carry one."""
    check_length(table.columns["t_s"])
    filtered = settings.filter != "none"
    if table.format is COUNTS and filtered:
        return _of_counts(table, file, settings)
    track = track_of(table, settings.plate, filtered=filtered)
    # The path of a trial went through the method when it was exported.
    low_pass = filtered and table.format is not TRIAL
    made = report_path(track.t_s, track.x_mm, track.y_mm, low_pass=low_pass)
    return Analysis(
        file=file,
        report=_completed(made, track),
        filter="cop-1" if table.format is TRIAL else settings.filter,
        duration_s=round(len(track.t_s) / _rate_hz(track), 3),
        rate_hz=round(_rate_hz(track), 4),
        stretches=_stretches(track, low_pass=low_pass) if settings.drawn else (),
    )


def _of_counts(table: Table, file: Path, settings: Settings) -> Analysis:
    """Return the report of raw counts, made as the station makes it."""
    if settings.plate is None:
        raise RecordingError("it holds raw counts; name the plate they were measured with: --plate FILE")
    readings, spans_ns = readings_of(table)
    path = cop_path(readings, settings.plate)
    t_s = np.asarray(path.t_ns * 1e-9, dtype=np.float64)
    stretches = []
    for start_ns, end_ns in spans_ns:
        inside = (path.t_ns >= start_ns) & (path.t_ns <= end_ns) & np.isfinite(path.x_mm)
        stretches += [Stretch(t_s[run], Piece(path.x_mm[run], path.y_mm[run])) for run in runs(inside)]
    return Analysis(
        file=file,
        report=report(readings, settings.plate, spans_ns),
        filter=settings.filter,
        duration_s=round(sum(len(stretch.t_s) for stretch in stretches) / path.rate_hz, 3),
        rate_hz=path.rate_hz,
        stretches=tuple(stretches) if settings.drawn else (),
    )


def _rate_hz(track: Track) -> float:
    return 1 / float(np.median(np.diff(track.t_s)))


def _stretches(track: Track, *, low_pass: bool) -> tuple[Stretch, ...]:
    """Return the stretches between gaps that the measures are made of."""
    rate_hz = _rate_hz(track)
    breaks = np.flatnonzero(np.diff(track.t_s) > 1.5 / rate_hz) + 1
    parts = (np.split(column, breaks) for column in (track.t_s, track.x_mm, track.y_mm))
    stretches = []
    for t_s, x_mm, y_mm in zip(*parts, strict=True):
        piece = smoothed(Piece(x_mm, y_mm), rate_hz) if low_pass else Piece(x_mm, y_mm)
        if piece is not None:
            stretches.append(Stretch(t_s, piece))
    return tuple(stretches)


def _completed(made: Report, track: Track) -> Report:
    """Return the report with what only the recording knows: its plate, and which time was asked for."""
    quality = {**made.quality, "mean_load_n": round(float(track.load_n.mean()), 1)}
    if track.missing is not None:
        # The time between two counted spans is not missing: it was not asked for.
        gaps = [run.stop - run.start for run in runs(track.missing)]
        longest_gap_s = max(gaps, default=0) / _rate_hz(track)
        share = float(track.missing.mean())
        quality["missing_percent"] = round(100 * share, 3)
        quality["longest_gap_s"] = round(longest_gap_s, 3)
        quality["flagged"] = share > MOST_MISSING or longest_gap_s > LONGEST_GAP_S
    made = replace(made, quality=quality)
    name = "load_asymmetry_percent"
    # Told from the same duration on as the mean position it goes with.
    if track.asymmetry_percent is None or "mean_ml_mm" not in made.measures or name in made.measures:
        return made
    found = {**made.measures, name: track.asymmetry_percent}
    return replace(
        made,
        measures={key: found[key] for key in CATALOGUE if key in found},
        withheld={key: reason for key, reason in made.withheld.items() if key != name},
    )


def analyse_files(files: Sequence[Path], settings: Settings) -> Iterator[Analysis | Failure]:
    """Return what came of every file, in the order named. Raises StationError when a process is killed."""
    workers = len(os.sched_getaffinity(0))
    if workers < 2 or len(files) < FEWEST_FOR_PROCESSES:
        yield from (analyse_file(file, settings) for file in files)
        return
    # Fresh processes: a copy of one that draws a progress bar from a thread may inherit a held lock.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts) as pool:
        try:
            yield from _results(pool, files, settings)
        except BrokenProcessPool:
            raise StationError(
                "a process that analysed was killed (out of memory?); give fewer files at a time"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _results(
    pool: ProcessPoolExecutor, files: Iterable[Path], settings: Settings
) -> Iterator[Analysis | Failure]:
    yield from pool.map(partial(analyse_file, settings=settings), files, chunksize=CHUNK)


def _leave_interrupts() -> None:
    """Let Ctrl-C end the process that was started by a person, which ends these."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
