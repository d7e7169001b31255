"""The verb `analyse`: files in; table, JSON or CSV out, pictures and a page beside, failures on stderr."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TextIO

from station.analysis.analyse import Analysis, Failure, Filter, Settings, analyse_files
from station.analysis.machine import CsvWriter, document, printable, write_json
from station.analysis.page import Section, section, write_page
from station.analysis.pictures import SUFFIXES, Pictures
from station.analysis.plate_file import read_plate
from station.analysis.terminal import with_progress, write_report
from station.errors import StationError

Form = Literal["table", "json", "csv"]


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for; `plot` and `html` are where to, or None."""

    files: tuple[Path, ...]
    filter: Filter = "cop-1"
    plate: Path | None = None
    form: Form = "table"
    plot: Path | None = None
    html: Path | None = None


@dataclass(slots=True)
class _Sinks:
    """Where results go, one after the other."""

    options: Options
    out: TextIO
    csv: CsvWriter | None = None
    pictures: Pictures | None = None
    entries: list[dict[str, Any]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def take(self, result: Analysis | Failure, number: int) -> None:
        """Write one result everywhere it belongs."""
        if self.options.form == "json":
            self.entries.append(document(result))
        if isinstance(result, Analysis):
            self._write(result)
            if self.pictures is not None:
                self.pictures.add(result, number)
        if self.options.html is not None:
            self.sections.append(section(result, number))

    def _write(self, result: Analysis) -> None:
        if self.csv is not None:
            self.csv.write(result)
        elif self.options.form == "table":
            write_report(result, self.out)

    def end(self) -> None:
        """Write what is written when all is known."""
        if self.options.form == "json":
            write_json(self.entries, self.out)
        if self.options.html is not None:
            write_page(self.sections, self.options.html)


def run(options: Options, out: TextIO, err: TextIO) -> int:
    """Analyse every file; return 0, or 1 when one of them could not be. Raises StationError.

    What is wrong with a file is one line on `err`; the others are done all the same.
    """
    if options.plot is not None:
        check_plot(options.plot)
    _check_target(options.plot)
    _check_target(options.html)
    settings = Settings(
        filter=options.filter,
        plate=read_plate(options.plate) if options.plate is not None else None,
        drawn=options.plot is not None or options.html is not None,
    )
    failures: list[Failure] = []
    with ExitStack() as stack:
        sinks = _Sinks(options, out)
        if options.plot is not None:
            sinks.pictures = stack.enter_context(Pictures(options.plot, total=len(options.files)))
        if options.form == "csv":
            sinks.csv = CsvWriter(out)
        results = analyse_files(options.files, settings)
        # A bar among results that scroll by on the same terminal would be torn.
        if options.form == "json" or not out.isatty():
            results = with_progress(results, len(options.files), err)
        for number, result in enumerate(results, start=1):
            sinks.take(result, number)
            if isinstance(result, Failure):
                failures.append(result)
        sinks.end()
    for failure in failures:
        err.write(f"balance-station analyse: {printable(failure.error)}\n")
    if failures and len(options.files) > 1:
        err.write(
            f"balance-station analyse: {len(failures)} of {len(options.files)} files were not analysed\n"
        )
    return 1 if failures else 0


def _check_target(target: Path | None) -> None:
    """Refuse at once what could not be written after a long wait."""
    if target is not None and not target.parent.is_dir():
        raise StationError(f"{target}: there is no folder {target.parent}; make it first")


def check_plot(plot: Path) -> None:
    """Refuse a picture of a kind that is not drawn. Raises StationError."""
    if plot.suffix not in SUFFIXES:
        raise StationError(f"--plot {plot}: the name of a picture ends with {', '.join(SUFFIXES)}")
