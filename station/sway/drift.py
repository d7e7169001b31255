"""When a board wants a new calibration: from its zeros, its noise and its daily check. Pure: evidence in.

Evidence, not age: a cell that was overloaded or has crept shows in its zero, a loose or corroding wire in its
noise, a changed span in a known mass.
"""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final, Literal

import msgspec

from station.sway.plate import Four, Plate
from station.sway.reading import CELL_COUNT, CELLS

# Half-bridge cells of 50 kg. Their data sheets name some 0.02 % of the range per kelvin for the zero: a room
# 20 K warmer explains 0.4 %; more than 2 % is a cell that was overloaded, or something wedged under it.
CELL_RANGE_N: Final = 500.0
WALKED: Final = 0.02  # of the range
SPAN_OFF: Final = 0.01
# The noise of one session start (some 160 readings of a cell) is itself uncertain by 6 %: twice is no chance.
# It is early as well: 25 g a cell make the velocity of quiet standing 6 % too large, 100 g make it 71 %.
NOISIER: Final = 2.0
LEAST_NOISE_N: Final = 0.1  # below it, noise moves no CoP by 0.1 mm, whatever its ratio
# One session may begin with a washing machine in the next room; the middle of three does not.
SESSIONS: Final = 3
FIRST: Final = 10  # sessions after the calibration that say how noisy a cell was
MOST_KEPT: Final = 60

Reason = Literal["tare_walked", "span_off", "cell_noisier_than_others", "cell_noisier_than_before"]


class Zero(msgspec.Struct, frozen=True, kw_only=True):
    """The zero with which a session began: counts and noise (rms, N) of each cell, the plate, the time."""

    t: str
    cal: str
    counts: Four
    noise_n: Four


class SpanCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One check with a known mass: what the plate told over what it weighs, minus 1."""

    t: str
    cal: str
    off: float


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """One reason to calibrate again: `measured` against `limit` in `unit`; `cell` None is the whole board."""

    reason: Reason
    cell: str | None
    measured: float
    limit: float
    unit: Literal["N", "%", "times"]

    @property
    def text(self) -> str:
        """Return it as a sentence."""
        where = f"cell {self.cell}" if self.cell else "the board"
        how = f"{self.measured:g} {self.unit}, at most {self.limit:g}"
        wires = "look at its wires first"
        said = {
            "tare_walked": f"the zero of {where} has walked since the calibration ({how})",
            "span_off": f"{where} weighs a known mass wrong ({how})",
            "cell_noisier_than_others": f"{where} is noisier than the others ({how}); {wires}",
            "cell_noisier_than_before": f"{where} is noisier than it was ({how}); {wires}",
        }
        return f"calibrate again: {said[self.reason]}"

    @property
    def detail(self) -> dict[str, str | float | int | bool | None]:
        """Return the evidence as an event carries it."""
        return {key: getattr(self, key) for key in ("reason", "cell", "measured", "limit", "unit")}


def advice_of(plate: Plate, zeros: Sequence[Zero], check: SpanCheck | None) -> list[Advice]:
    """Return the reasons to calibrate again; none for a board that never was: it says so by itself.

    `plate` has the reference zero of its calibration; `zeros` are the sessions' in their order, and only
    those of this plate count.
    """
    if plate.nominal:
        return []
    own = [zero for zero in zeros if zero.cal == plate.calibration]
    found = list(walked(plate, own[-1].counts)) if own else []
    if check is not None and check.cal == plate.calibration:
        found += span_off(check.off)
    return [*found, *_noisier(own)]


def walked(plate: Plate, counts: Four) -> Iterator[Advice]:
    """Yield the cells whose zero is far from that of the calibration."""
    for cell, now in enumerate(counts):
        off_n = plate.force_n(cell, now)
        if abs(off_n) > WALKED * CELL_RANGE_N:
            yield Advice(
                reason="tare_walked",
                cell=CELLS[cell],
                measured=round(off_n, 1),
                limit=WALKED * CELL_RANGE_N,
                unit="N",
            )


def span_off(off: float) -> list[Advice]:
    """Return the reason when a known mass was told more than 1 % wrong."""
    if abs(off) <= SPAN_OFF:
        return []
    limit = 100 * SPAN_OFF
    return [Advice(reason="span_off", cell=None, measured=round(100 * off, 2), limit=limit, unit="%")]


def _noisier(own: Sequence[Zero]) -> Iterator[Advice]:
    if len(own) < SESSIONS:
        return
    for cell in range(CELL_COUNT):
        now_n = median(zero.noise_n[cell] for zero in own[-SESSIONS:])
        if now_n < LEAST_NOISE_N:
            continue
        # Steps and machines shake all four cells: against the others, only the cell's own noise is left.
        now = median(_against_others(zero, cell) for zero in own[-SESSIONS:])
        before = [_against_others(zero, cell) for zero in own[:FIRST]]
        if now > NOISIER:
            yield _noise("cell_noisier_than_others", cell, now)
        elif len(own) >= FIRST + SESSIONS and now > NOISIER * median(before):
            yield _noise("cell_noisier_than_before", cell, now / median(before))


def _against_others(zero: Zero, cell: int) -> float:
    others = [noise_n for other, noise_n in enumerate(zero.noise_n) if other != cell]
    return zero.noise_n[cell] / max(median(others), 1e-9)


def _noise(reason: Reason, cell: int, times: float) -> Advice:
    return Advice(
        reason=reason, cell=CELLS[cell], measured=round(min(times, 999.0), 1), limit=NOISIER, unit="times"
    )
