"""The recordings that are read, told apart by the names of their columns."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from station.errors import RecordingError

TIME: Final = "t_s"
FORCE_COLUMNS: Final = ("fl_n", "fr_n", "rl_n", "rr_n")
COUNT_COLUMNS: Final = ("fl_counts", "fr_counts", "rl_counts", "rr_counts")
COP_COLUMNS: Final = ("load_n", "ml_mm", "ap_mm")
COUNTED: Final = "counted"


class Format(NamedTuple):
    """One kind of recording: the columns beside `t_s` it must and may have, and which fields may be empty."""

    columns: tuple[str, ...]
    optional: tuple[str, ...] = ()
    may_be_empty: tuple[str, ...] = ()

    def allowed(self) -> str:
        """Return the header line of this kind."""
        return ",".join((TIME, *self.columns))


# An empty field of a trial is a gap in what the board could tell.
TRIAL: Final = Format((*FORCE_COLUMNS, *COP_COLUMNS, COUNTED), may_be_empty=(*FORCE_COLUMNS, *COP_COLUMNS))
FORCES: Final = Format(FORCE_COLUMNS)
FORCE_PLATE: Final = Format(COP_COLUMNS)
# An empty field of raw counts is a chip without a conversion at this time.
COUNTS: Final = Format(COUNT_COLUMNS, optional=(COUNTED,), may_be_empty=COUNT_COLUMNS)

FORMATS: Final = (TRIAL, FORCES, FORCE_PLATE, COUNTS)


def recognise(header: Sequence[str], *, where: str) -> Format:
    """Return which kind of recording has these columns; they may come in any order and among others.

    Raises RecordingError naming the column that is missing or there twice.
    """
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise RecordingError(f"{where}: the column {twice[0]} is there twice; remove one")
    for kind in FORMATS:
        if TIME in header and all(name in header for name in kind.columns):
            return kind
    raise RecordingError(f"{where}: {_what_is_missing(header)}")


def _what_is_missing(header: Sequence[str]) -> str:
    allowed = " or ".join(kind.allowed() for kind in (FORCE_PLATE, FORCES, COUNTS))
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        mark = "semicolons" if ";" in header[0] else "tabs"
        return (
            f"the columns are separated by {mark}; separate them by commas, with a decimal point in numbers"
        )
    nearest = max(
        (FORCE_PLATE, FORCES, COUNTS), key=lambda kind: sum(name in header for name in kind.columns)
    )
    missing = [name for name in (TIME, *nearest.columns) if name not in header]
    if len(missing) > len(nearest.columns):
        return f"this line names none of the columns of a recording; it must be {allowed}"
    return f"no column {' or '.join(missing)}; this line must be {allowed}"
