"""A session as a folder that MNE, Pandas and R read without us: JSON, and CSV with named units."""

import csv
import gzip
import io
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from station import __version__
from station.analysis.formats import COP_COLUMNS, COUNT_COLUMNS, COUNTED, FORCE_COLUMNS, TIME
from station.analysis.kept import Archive, KeptSession, KeptTrial
from station.analysis.readme import README
from station.errors import MessageError, StationError, StoreError
from station.link.messages import RawTrace
from station.sway.catalogue import CATALOGUE
from station.sway.grid import Ints, Mask, cop_path
from station.sway.measures import Floats
from station.sway.plate import plate_from_dict
from station.sway.reading import CELLS, Fault, Reading
from station.sway.trace import decode_trace
from station.training.result import TrialResult

FORMAT: Final = 1  # of the folder; a change of a column's meaning is a new number

TRIAL_COLUMNS: Final = (
    "number", "trial", "routine", "rung", "side", "stance", "support_kind", "vision", "surface", "attempt",
    "started", "outcome", "hold_s", "target_hold_s", "body_weight_n", "in_target_percent", "cal", "alg",
    "sim",
)  # fmt: skip
SUPPORT_COLUMNS: Final = ("mean_percent", "max_percent", "limit_percent")
QUALITY_COLUMNS: Final = (
    "missing_percent", "longest_gap_s", "flagged", "spikes", "noise_n", "noise_velocity_mm_s",
    "noise_percent", "noise_dominates",
)  # fmt: skip


def folder_name(session: KeptSession) -> str:
    """Return the folder of a session: when it began (UTC), and the end of its id, which tells two apart."""
    began = session.started.replace("-", "").replace(":", "")[:13]
    return f"{began}Z-{session.id[-8:]}"


def export_all(
    database: Path, station: str, out: Path, *, beginning: str, log: Callable[[str], None]
) -> list[Path]:
    """Write every session whose id begins so; return the new folders.

    A session that cannot be written is one line of `log`, the others are done all the same. Raises StoreError
    when there is no such session or the database cannot be read.
    """
    folders = []
    with Archive(database) as archive:
        sessions = archive.sessions(beginning)
        if not sessions:
            which = f"session whose id begins with {beginning}" if beginning else "session yet"
            raise StoreError(f"{database}: there is no {which}")
        for session in sessions:
            try:
                folders.append(export_session(session, archive.trials(session.id), station, out))
            except StationError as error:
                log(f"balance-station export: {error}")
    return folders


def export_session(session: KeptSession, trials: Sequence[KeptTrial], station: str, out: Path) -> Path:
    """Write one session into a new folder of `out` and return it.

    The folder appears whole, under its name, or not at all. Raises StationError when it is already there or
    cannot be written.
    """
    target = out / folder_name(session)
    if target.exists():
        raise StationError(
            f"{target} is already there and was left as it is; move it away, or name another --out"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=out, prefix=f".{target.name}.", suffix=".part"))
        try:
            _fill(part, session, trials, station)
            part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise StationError(
            f"{target}: it cannot be written ({error.strerror}); name another --out"
        ) from error
    return target


def _fill(folder: Path, session: KeptSession, trials: Sequence[KeptTrial], station: str) -> None:
    files = [_write_trial(folder, trial, place) for place, trial in enumerate(trials, start=1)]
    document = {
        "format": FORMAT,
        "station": station,
        "software": __version__,
        "session": session.id,
        "started": session.started,
        "result": session.result,
        "trials": [trial.result for trial in trials],
    }
    (folder / "session.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    )
    rows = (_trial_row(trial.result, file) for trial, file in zip(trials, files, strict=True))
    header = (
        *TRIAL_COLUMNS,
        *(f"support_{name}" for name in SUPPORT_COLUMNS),
        *QUALITY_COLUMNS,
        *CATALOGUE,
        "file",
    )
    (folder / "trials.csv").write_text(_csv(header, rows), encoding="utf-8", newline="")
    (folder / "README.txt").write_text(README, encoding="utf-8")
    for path in folder.iterdir():
        # What is written here is somebody's health: for its owner alone, like the station's own data.
        path.chmod(0o600)


def _trial_row(result: TrialResult, file: str) -> list[Any]:
    support = [getattr(result.support, name) for name in SUPPORT_COLUMNS]
    quality = [result.quality.get(name) for name in QUALITY_COLUMNS]
    measures = [result.measures.get(name) for name in CATALOGUE]
    return [*(getattr(result, name) for name in TRIAL_COLUMNS), *support, *quality, *measures, file]


def _write_trial(folder: Path, trial: KeptTrial, place: int) -> str:
    """Write what was measured in one trial; return the name of its file, empty when there is no trace."""
    raw = trial.raw
    if raw is None:
        return ""
    name = f"{place:02d}-{trial.result.routine}"
    try:
        readings = decode_trace(raw.data)
    except MessageError as error:
        raise StationError(f"trial {trial.result.trial}: {error}") from error
    spans_ns = raw.spans_ns or (raw.hold_ns,)
    start_ns = raw.hold_ns[0]
    _write_gz(folder / f"{name}.csv.gz", _path_csv(readings, raw, spans_ns, start_ns))
    _write_gz(folder / f"{name}-raw.csv.gz", _raw_csv(readings, spans_ns, start_ns))
    plate = msgspec.json.format(msgspec.json.encode(raw.plate), indent=2)
    (folder / f"{name}-plate.json").write_bytes(plate + b"\n")
    return f"{name}.csv.gz"


def _path_csv(
    readings: Sequence[Reading], raw: RawTrace, spans_ns: Sequence[tuple[int, int]], start_ns: int
) -> str:
    """Return forces, load and CoP on the grid of the method, empty where the board could not tell."""
    path = cop_path(readings, plate_from_dict(raw.plate))
    counted = _counted(path.t_ns, spans_ns)
    load_n = path.forces_n.sum(axis=0)
    columns = [
        [f"{t / 1e9:.9f}" for t in (path.t_ns - start_ns).tolist()],
        *(_decimals(force_n, 4) for force_n in path.forces_n),
        _decimals(load_n, 4),
        _decimals(path.x_mm, 6),
        _decimals(path.y_mm, 6),
        [str(int(flag)) for flag in counted],
    ]
    return _csv((TIME, *FORCE_COLUMNS, *COP_COLUMNS, COUNTED), zip(*columns, strict=True))


def _decimals(values: Floats, digits: int) -> list[str]:
    return ["" if value != value else f"{value:.{digits}f}" for value in values.tolist()]  # noqa: PLR0124 NaN


def _counted(t_ns: Ints, spans_ns: Iterable[tuple[int, int]]) -> Mask:
    counted = np.zeros(len(t_ns), dtype=np.bool_)
    for start_ns, end_ns in spans_ns:
        counted |= (t_ns >= start_ns) & (t_ns <= end_ns)
    return counted


def _raw_csv(readings: Sequence[Reading], spans_ns: Sequence[tuple[int, int]], start_ns: int) -> str:
    """Return every reading at its own time; a row without counts marks an end of a counted span."""
    rows: dict[int, dict[str, str]] = {edge_ns: {} for span in spans_ns for edge_ns in span}
    for reading in readings:
        row = rows.setdefault(reading.t_ns, {})
        if reading.fault is Fault.NONE:
            row[COUNT_COLUMNS[reading.cell]] = str(reading.counts)
        else:
            void = f"{CELLS[reading.cell]} {reading.fault.name}"
            row["void"] = f"{row['void']} {void}" if "void" in row else void
    times_ns = np.array(sorted(rows), dtype=np.int64)
    counted = _counted(times_ns, spans_ns)
    lines = (
        (
            f"{(t_ns - start_ns) / 1e9:.9f}",
            *(rows[t_ns].get(name, "") for name in COUNT_COLUMNS),
            str(int(flag)),
            rows[t_ns].get("void", ""),
        )
        for t_ns, flag in zip(times_ns.tolist(), counted.tolist(), strict=True)
    )
    return _csv((TIME, *COUNT_COLUMNS, COUNTED, "void"), lines)


def _csv(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    return out.getvalue()


def _write_gz(file: Path, text: str) -> None:
    # Without name and time in its head, the same trial gives the same bytes.
    with file.open("wb") as out, gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as packed:
        packed.write(text.encode())
