"""Pictures of recordings on the disk: a PDF with a page a file, or numbered PNG and SVG files."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from station.analysis.analyse import Analysis
from station.analysis.figure import draw, drawing
from station.analysis.whole_file import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES: Final = (".png", ".svg", ".pdf")
DPI: Final = 150


class Pictures:
    """Draws what it is given; used with `with`, a PDF appears at its end and only when all went well."""

    def __init__(self, out: Path, *, total: int) -> None:
        """Prepare for `total` recordings. Raises StationError when `out` or matplotlib cannot be used."""
        self._out = out
        self._total = total
        self._stack = ExitStack()
        self._pdf: Any = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(drawing())
            if self._out.suffix == ".pdf":
                from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415 an optional extra

                part = stack.enter_context(whole_file(self._out))
                self._pdf = stack.enter_context(PdfPages(part))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def add(self, analysis: Analysis, number: int) -> None:
        """Draw one recording, the `number`th of those named (from 1)."""
        figure = draw(analysis)
        if self._pdf is not None:
            self._pdf.savefig(figure)
        else:
            self._write(figure, self._name(number))

    def _name(self, number: int) -> Path:
        if self._total == 1:
            return self._out
        digits = len(str(self._total))
        return self._out.with_name(f"{self._out.stem}-{number:0{digits}d}{self._out.suffix}")

    def _write(self, figure: "Figure", file: Path) -> None:
        with whole_file(file) as part:
            metadata = {"Date": None} if file.suffix == ".svg" else None
            figure.savefig(part, format=file.suffix[1:], dpi=DPI, metadata=metadata)
