"""What programs read: one JSON document, or CSV with a row a file. Numbers are written in full."""

import csv
import json
from pathlib import Path
from typing import Any, TextIO

from station.analysis.analyse import Analysis, Failure
from station.sway.catalogue import CATALOGUE


def printable(text: str) -> str:
    """Return text that can be written as UTF-8; a file name may hold bytes that cannot."""
    return text.encode("utf-8", "backslashreplace").decode()


def file_name(file: Path) -> str:
    """Return the name of a file as it was given, as text."""
    return printable(str(file))


class CsvWriter:
    """A row a file as it comes: `file` and every measure of the catalogue, empty where it is withheld.

    A file that could not be analysed has no row.
    """

    def __init__(self, out: TextIO) -> None:
        self._writer = csv.writer(out, lineterminator="\n")
        self._writer.writerow(("file", *CATALOGUE))

    def write(self, analysis: Analysis) -> None:
        """Write the row of one recording."""
        measures = analysis.report.measures
        numbers = (repr(float(measures[name])) if name in measures else "" for name in CATALOGUE)
        self._writer.writerow((file_name(analysis.file), *numbers))


def document(result: Analysis | Failure) -> dict[str, Any]:
    """Return one file's entry of the JSON document."""
    if isinstance(result, Failure):
        return {"file": file_name(result.file), "error": printable(result.error)}
    return {
        "file": file_name(result.file),
        "measures": result.report.measures,
        "withheld": result.report.withheld,
        "quality": result.report.quality,
        "duration_s": result.duration_s,
        "rate_hz": result.rate_hz,
        "alg": result.alg,
        "filter": result.filter,
    }


def write_json(results: list[dict[str, Any]], out: TextIO) -> None:
    """Write the one document of all files."""
    json.dump({"files": results}, out, indent=1, allow_nan=False)
    out.write("\n")
