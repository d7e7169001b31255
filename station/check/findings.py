"""What is wrong with a board, the first thing to do first. Pure: figures in, sentences out."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from station.board.load import GRAVITY_M_S2
from station.check.figures import CellFigures
from station.sway.plate import Four, Plate

# The geometric middle of 10 and 80 SPS: below it the RATE jumper is low.
RATE_DIVIDE_SPS: Final = 28.0
LEAST_READINGS: Final = 20
MOST_SHARE: Final = 0.01  # of readings that may be void, saturated or a pattern
# At 100 g a cell an unfiltered velocity of quiet standing is mostly noise; good cells have about 25 g.
MOST_NOISE_G: Final = 100.0
MOST_DRIFT_G: Final = 100.0
# A cell this far below its tare is pressed upwards: it is inverted, or the board was tared under a load.
INVERTED_KG: Final = -3.0
EMPTY_KG: Final = 15.0
TARE_FAR_KG: Final = 3.0
ORDER: Final = (
    "all-silent", "silent", "stuck-low", "saturated", "slow", "stuck", "pattern", "gain", "inverted",
    "loose", "busy", "noisy", "tare", "loaded", "drift", "priority",
)  # fmt: skip


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found; `fatal`: the board is not fit for use before it is mended. `cell` None: the board."""

    kind: str
    cell: str | None
    text: str
    fatal: bool = True


def findings_of(
    cells: Sequence[CellFigures], plate: Plate, *, tare: Four | None, reference: Four | None
) -> list[Finding]:
    """Return what is wrong, most important first.

    `tare` is the zero in force, `reference` the tare at calibration; None where there is none yet.
    """
    if all(cell.good == 0 and cell.silent for cell in cells):
        return [_all_silent(cells)]
    found = [finding for cell in cells for finding in _of_cell(cell)]
    found += _of_load(cells, plate, tare, reference)
    return sorted(found, key=lambda finding: (not finding.fatal, ORDER.index(finding.kind)))


def _all_silent(cells: Sequence[CellFigures]) -> Finding:
    data = ", ".join(str(cell.data_pin) for cell in cells)
    clock = ", ".join(str(cell.clock_pin) for cell in cells)
    text = (
        "no chip answers: look at the 3.3 V and ground of the HX711 modules first, "
        f"then at DOUT (GPIO {data}) and PD_SCK (GPIO {clock})"
    )
    return Finding(kind="all-silent", cell=None, text=text)


def _of_cell(cell: CellFigures) -> Iterator[Finding]:
    def finding(kind: str, text: str) -> Finding:
        return Finding(kind=kind, cell=cell.cell, text=f"{cell.cell}: {text}")

    seen = cell.good + cell.saturated + cell.desync
    if cell.good < LEAST_READINGS and cell.saturated + cell.desync < LEAST_READINGS:
        where = f"DOUT on GPIO {cell.data_pin}, PD_SCK on GPIO {cell.clock_pin}, its 3.3 V and its ground"
        yield finding("silent", f"the chip does not answer; look at {where}")
        return
    if cell.desync > seen / 2:
        yield finding(
            "stuck-low", f"DOUT on GPIO {cell.data_pin} stays low; look for a short to ground or to PD_SCK"
        )
        return
    if cell.saturated > MOST_SHARE * seen:
        yield finding(
            "saturated", "the converter is at its end; one of the cell's four wires (E+ E- A+ A-) is loose"
        )
    yield from (finding(kind, text) for kind, text in _of_values(cell))
    yield from (finding(kind, text) for kind, text in _of_voids(cell))


def _of_values(cell: CellFigures) -> Iterator[tuple[str, str]]:
    if cell.sps is not None and cell.sps < RATE_DIVIDE_SPS:
        yield (
            "slow",
            f"{cell.sps:.0f} conversions a second, not 80; set the RATE jumper of its module to high",
        )
    if cell.unique == 1 and cell.good >= LEAST_READINGS:
        yield "stuck", "every reading is the same; exchange the HX711 module"
    if cell.patterns >= max(3, MOST_SHARE * cell.good):
        yield "pattern", "readings of the form 2^n-1: bits slip; shorten the wires to the module"
    if cell.jumps >= 2:
        yield (
            "gain",
            "readings jump by a factor of two: the gain is lost; look at PD_SCK and the 3.3 V supply",
        )
    if cell.load_kg is not None and cell.load_kg < INVERTED_KG:
        yield (
            "inverted",
            f"{cell.load_kg:.1f} kg: the cell is pulled up or inverted; see --corners, then swap A+ and A-",
        )
    if cell.noise_g is not None and cell.noise_g > MOST_NOISE_G:
        yield "noisy", f"{cell.noise_g:.0f} g of noise, not about 25; keep its wires short and off the mains"


def _of_voids(cell: CellFigures) -> Iterator[tuple[str, str]]:
    seen = max(1, cell.good)
    ours = cell.late_pulses + cell.late_reads + cell.missed + cell.lost
    loose = cell.silent + (cell.desync if cell.good else 0)
    # At RATE low every wait looks like silence until the chip's own period is known.
    if loose > MOST_SHARE * seen and (cell.sps is None or cell.sps >= RATE_DIVIDE_SPS):
        yield "loose", f"it fell silent or lost step {loose} times; look for a loose plug or wire"
    if ours > MOST_SHARE * seen:
        yield "busy", f"{ours} readings came too late to be used; end other programs on this computer"


def _of_load(
    cells: Sequence[CellFigures], plate: Plate, tare: Four | None, reference: Four | None
) -> Iterator[Finding]:
    load_kg = sum(cell.load_kg or 0.0 for cell in cells)
    if tare is not None and abs(load_kg) > EMPTY_KG:
        text = f"{load_kg:.0f} kg are on the board; check it again when it is empty"
        yield Finding(kind="loaded", cell=None, text=text, fatal=False)
    elif reference is not None:
        yield from _far(cells, plate, reference)
    drifting = [cell for cell in cells if abs(cell.drift_g or 0.0) > MOST_DRIFT_G]
    if drifting and abs(load_kg) <= EMPTY_KG:
        names = ", ".join(cell.cell for cell in drifting)
        text = f"{names}: the zero moves; let the board warm up for ten minutes and check again"
        yield Finding(kind="drift", cell=None, text=text, fatal=False)


def _far(cells: Iterable[CellFigures], plate: Plate, reference: Four) -> Iterator[Finding]:
    for number, cell in enumerate(cells):
        if cell.mean_counts is None:
            continue
        off_n = (cell.mean_counts - reference[number]) / plate.counts_per_n[number]
        off_kg = off_n / GRAVITY_M_S2
        if abs(off_kg) > TARE_FAR_KG:
            text = (
                f"{cell.cell}: the empty board reads {off_kg:+.1f} kg against its reference tare; "
                "see that nothing is wedged under the plate, or calibrate it again"
            )
            yield Finding(kind="tare", cell=cell.cell, text=text)
