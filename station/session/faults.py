"""When the board gave no numbers during a hold, told from the void readings of its trace."""

from collections.abc import Iterator, Sequence
from typing import Final

from station.sway.reading import CELLS, Fault, Reading
from station.training.result import FaultSpan

S: Final = 1_000_000_000


def fault_spans(readings: Sequence[Reading], start_ns: int, end_ns: int) -> Iterator[FaultSpan]:
    """Yield when which cell gave no numbers in the hold, from its last good reading to its next one.

    A fault that took all four cells at once is told once, without a cell.
    """
    spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for cell in range(len(CELLS)):
        of_cell = [r for r in readings if r.cell == cell]
        for reason, from_ns, to_ns in _void_runs(of_cell):
            if to_ns >= start_ns and from_ns <= end_ns:
                spans.setdefault((reason.name.lower(), cell), []).append((from_ns, to_ns))
    for fault in sorted({fault for fault, _ in spans}):
        yield from _told(fault, {cell: spans[fault, cell] for f, cell in spans if f == fault}, start_ns)


def _void_runs(of_cell: Sequence[Reading]) -> Iterator[tuple[Fault, int, int]]:
    """Yield reason, last good time before and first good time after each run of void readings of one cell.

    The reason is the first one of the run: what follows it (settling) is its consequence.
    """
    good_ns: int | None = None
    run: list[Reading] = []
    for reading in of_cell:
        if reading.fault is not Fault.NONE:
            run.append(reading)
            continue
        if run:
            yield run[0].fault, run[0].t_ns if good_ns is None else good_ns, reading.t_ns
            run = []
        good_ns = reading.t_ns
    if run:
        yield run[0].fault, run[0].t_ns if good_ns is None else good_ns, run[-1].t_ns


def _told(fault: str, by_cell: dict[int, list[tuple[int, int]]], zero_ns: int) -> Iterator[FaultSpan]:
    def span(cell: str | None, start_ns: int, end_ns: int) -> FaultSpan:
        from_s = round(max(0, start_ns - zero_ns) / S, 2)
        return FaultSpan(fault=fault, cell=cell, from_s=from_s, to_s=round((end_ns - zero_ns) / S, 2))

    if len(by_cell) == len(CELLS) and len({len(spans) for spans in by_cell.values()}) == 1:
        for together in zip(*by_cell.values(), strict=True):
            yield span(None, min(start for start, _ in together), max(end for _, end in together))
        return
    for cell, spans in sorted(by_cell.items()):
        for start_ns, end_ns in spans:
            yield span(CELLS[cell], start_ns, end_ns)
