"""One file of numbers, read fast when it is right, and row by row to say exactly what is wrong with it."""

import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from station.analysis.formats import COUNTED, COUNTS, TIME, Format, recognise
from station.errors import RecordingError
from station.sway.measures import Floats

# A day at 100 Hz has 300 MB; what is larger is not a recording of somebody standing.
MOST_BYTES: Final = 512 * 1024 * 1024
GZIP: Final = b"\x1f\x8b"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a recording, each of shape (n,); NaN where a field is empty and may be."""

    format: Format
    columns: dict[str, Floats]

    def stack(self, names: Sequence[str]) -> Floats:
        """Return these columns as rows of one array, shape (len(names), n)."""
        return np.stack([self.columns[name] for name in names])


def read_table(file: Path) -> Table:
    """Return the columns of a recording (CSV with a header line, plain or gzip).

    Raises RecordingError naming file, line and column, and what is allowed there.
    """
    text = _text(file)
    header_line, newline, body = text.partition("\n")
    header = [name.strip().strip('"') for name in header_line.split(",")]
    if not any(header):
        raise RecordingError(f"{file}: it is empty; the first line of a recording names its columns")
    kind = recognise(header, where=f"{file}:1")
    names = [name for name in (TIME, *kind.columns, *kind.optional) if name in header]
    sheet = _Sheet(file, kind, header, names)
    values = sheet.quick(body) if newline else None
    if values is None:
        values = sheet.careful(body)
    return Table(kind, dict(zip(names, values, strict=True)))


def _text(file: Path) -> str:
    data = _content(file)
    if data.startswith(UTF_16):
        raise RecordingError(f"{file}:1: it is UTF-16 text; save it as UTF-8")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise RecordingError(f"{file}:{line}: it is binary, not text; a recording is CSV, plain or .gz")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecordingError(
            f"{file}:{line}: it is not UTF-8 text ({error.reason}); save it as UTF-8"
        ) from None


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            data = source.read(MOST_BYTES + 1)
        if data.startswith(GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(MOST_BYTES + 1)
        elif file.suffix == ".gz" and data:
            raise RecordingError(f"{file}: it is named .gz and is not compressed; rename it or copy it again")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise RecordingError(f"{file}: the compressed file is damaged ({error}); copy it again") from None
    except OSError as error:
        raise RecordingError(f"{file}: it cannot be read ({error.strerror}); {_advice(error)}") from None
    if len(data) > MOST_BYTES:
        raise RecordingError(f"{file}: it is longer than {MOST_BYTES // 2**20} MiB; cut it into trials")
    return data


def _advice(error: OSError) -> str:
    if isinstance(error, IsADirectoryError):
        return "name the files in it"
    if isinstance(error, PermissionError):
        return "ask its owner for permission to read it"
    return "check the name"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """How the rows of one file are read: `names` are the columns wanted, in the order they are returned."""

    file: Path
    kind: Format
    header: list[str]
    names: list[str]

    def quick(self, body: str) -> Floats | None:
        """Return the numbers, shape (columns, n), or None when anything at all is unusual."""
        rows = body.count("\n") + (not body.endswith("\n"))
        if not body or '"' in body or body.count(",") != rows * (len(self.header) - 1):
            return None
        if self.kind.may_be_empty:
            if "nan" in body.lower():
                return None  # only an empty field stands for nothing
            body = body.replace(",,", ",nan,").replace(",,", ",nan,").replace(",\n", ",nan\n")
        wanted = [self.header.index(name) for name in self.names]
        try:
            values = np.loadtxt(io.StringIO(body), delimiter=",", comments=None, usecols=wanted, ndmin=2).T
        except ValueError:
            return None
        return values if values.shape[1] == rows and self._sound(values) else None

    def _sound(self, values: Floats) -> bool:
        for name, column in zip(self.names, values, strict=True):
            if name in self.kind.may_be_empty:
                column = column[~np.isnan(column)]  # noqa: PLW2901 the same column without its gaps
            if not np.isfinite(column).all() or not _whole(name, column):
                return False
        return bool((np.diff(values[0]) > 0).all())

    def careful(self, body: str) -> Floats:
        """Return the same, row by row. Raises RecordingError at the first field that is wrong."""
        reader = csv.reader(io.StringIO(body, newline=""), strict=True)
        numbered = ((reader.line_num + 1, row) for row in reader)
        try:
            rows = list(self._rows(numbered))
        except csv.Error as error:
            raise RecordingError(
                f"{self.file}:{reader.line_num + 1}: {error}; a recording is plain CSV"
            ) from None
        return np.array(rows, dtype=np.float64).reshape(-1, len(self.names)).T

    def _rows(self, numbered: Iterable[tuple[int, list[str]]]) -> Iterator[list[float]]:
        last_s = -math.inf
        for line, row in numbered:
            if not any(field.strip() for field in row):
                continue
            where = f"{self.file}:{line}"
            if len(row) != len(self.header):
                raise RecordingError(
                    f"{where}: the row has {len(row)} columns and the first line names {len(self.header)}"
                    f"{self._first_missing(row)}; they must agree"
                )
            numbers = [self._number(where, name, row[self.header.index(name)]) for name in self.names]
            if numbers[0] <= last_s:
                raise RecordingError(
                    f"{where}: column {TIME} is {numbers[0]:.10g} after {last_s:.10g}; "
                    "time must rise from row to row"
                )
            last_s = numbers[0]
            yield numbers

    def _first_missing(self, row: list[str]) -> str:
        return f" (there is no {self.header[len(row)]})" if len(row) < len(self.header) else ""

    def _number(self, where: str, name: str, field: str) -> float:
        if not field.strip() and name in self.kind.may_be_empty:
            return math.nan
        try:
            value = math.nan if "_" in field else float(field)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise RecordingError(f"{where}: column {name} is {field!r}; it must be a number, like 12.5")
        if not _whole(name, np.array([value])):
            allowed = "0 or 1" if name == COUNTED else "a whole number"
            raise RecordingError(f"{where}: column {name} is {field}; it must be {allowed}")
        return value


def _whole(name: str, column: Floats) -> bool:
    """Return whether flags are 0 or 1 and counts whole numbers; nothing is asked of the others."""
    if name == COUNTED:
        return bool(np.isin(column, (0.0, 1.0)).all())
    return name not in COUNTS.columns or bool((column == np.rint(column)).all())
