"""When the board gave no numbers during a hold, told from the void readings of its trace."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from station.sway.reading import CELLS, Fault, Reading
from station.training.result import FaultSpan

S: Final = 1_000_000_000
SPAN_JOIN_NS: Final = S // 10


def fault_spans(readings: Sequence[Reading], start_ns: int, end_ns: int) -> Iterator[FaultSpan]:
    """Yield when which cell gave no numbers in the hold, from its last good reading to its next one.

    A fault that took all four cells at once is told once, without a cell.
    """
    spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for cell in range(len(CELLS)):
        of_cell = [r for r in readings if r.cell == cell]
        for index, reading in enumerate(of_cell):
            if reading.fault is Fault.NONE or not start_ns <= reading.t_ns <= end_ns:
                continue
            before = next((r.t_ns for r in reversed(of_cell[:index]) if r.fault is Fault.NONE), reading.t_ns)
            after = next(
                (r.t_ns for r in islice(of_cell, index, None) if r.fault is Fault.NONE), reading.t_ns
            )
            _join(spans.setdefault((reading.fault.name.lower(), cell), []), before, after)
    for fault in sorted({fault for fault, _ in spans}):
        yield from _told(fault, {cell: spans[fault, cell] for f, cell in spans if f == fault}, start_ns)


def _join(spans: list[tuple[int, int]], start_ns: int, end_ns: int) -> None:
    if spans and start_ns - spans[-1][1] <= SPAN_JOIN_NS:
        spans[-1] = (spans[-1][0], max(spans[-1][1], end_ns))
    else:
        spans.append((start_ns, end_ns))


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
