"""Raw traces of simulated trials: sway as people have it, and pauses in which the hands took too much."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

import numpy as np
from scipy import signal

from station.link.messages import RawTrace
from station.sway.measures import Floats
from station.sway.plate import Plate
from station.sway.reading import CELL_COUNT, Fault, Reading
from station.sway.report import Report, report
from station.sway.trace import ENCODING, encode_trace

RATE_HZ: Final = 80
BEFORE_S: Final = 1.0  # the trace begins and ends that long outside the hold, so that the filter has settled
NOISE_N: Final = 0.25
S_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Traced:
    """A trace, and the report that a station makes of it."""

    raw: RawTrace
    report: Report


@cache
def _low_pass() -> Floats:
    return np.asarray(signal.butter(2, 0.7, fs=RATE_HZ, output="sos"))


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold of `hold_s` counted seconds with about this velocity; `support` is a share of the weight.

    With `pause_s` above 0 the hands take more for that long, in the middle, and the count pauses.
    """

    weight_n: float
    hold_s: float
    velocity_mm_s: float
    support: float
    pause_s: float


def trace(trial: str, rng: Random, plate: Plate, hold: Hold) -> Traced:
    """Return the trace of a hold on this plate."""
    hold_s, pause_s = hold.hold_s, hold.pause_s
    numbers = np.random.default_rng(rng.getrandbits(32))
    span_s = hold_s + pause_s + 2 * BEFORE_S
    t_s = np.arange(round(span_s * RATE_HZ)) / RATE_HZ
    sway = signal.sosfilt(_low_pass(), numbers.normal(size=(2, len(t_s) + 400)), axis=1)[:, 400:]
    ml, ap = sway[0] / sway[0].std(), sway[1] / sway[1].std()
    per_mm = float(np.hypot(np.diff(0.65 * ml), np.diff(ap)).sum() / (t_s[-1] - t_s[0]))
    scale_mm = hold.velocity_mm_s / per_mm
    x_mm, y_mm = 0.65 * scale_mm * ml + rng.uniform(-8, 8), scale_mm * ap + rng.uniform(-15, 10)
    middle_s = BEFORE_S + hold_s / 2
    in_pause = (t_s >= middle_s) & (t_s < middle_s + pause_s)
    share = (
        1 - hold.support - np.where(in_pause, 0.35, 0.0) - 0.01 * numbers.normal(size=len(t_s)).cumsum() / 30
    )
    readings = _readings(t_s, x_mm, y_mm, hold.weight_n * share, plate, numbers)
    spans: tuple[tuple[float, float], ...] = ((BEFORE_S, BEFORE_S + hold_s),)
    if pause_s:
        spans = ((BEFORE_S, middle_s), (middle_s + pause_s, BEFORE_S + hold_s + pause_s))
    spans_ns = tuple((round(a * S_NS), round(b * S_NS)) for a, b in spans)
    raw = RawTrace(
        trial=trial,
        encoding=ENCODING,
        data=encode_trace(readings),
        hold_ns=(spans_ns[0][0], spans_ns[-1][1]),
        plate=plate.to_dict(),
        spans_ns=spans_ns,
    )
    return Traced(raw, report(readings, plate, spans_ns, noise_n=NOISE_N))


def _readings(
    t_s: Floats, x_mm: Floats, y_mm: Floats, load_n: Floats, plate: Plate, numbers: np.random.Generator
) -> list[Reading]:
    right, forward = x_mm / plate.width_mm * 2, y_mm / plate.length_mm * 2
    signs = ((-1, 1), (1, 1), (-1, -1), (1, -1))  # FL, FR, RL, RR
    readings = []
    for cell in range(CELL_COUNT):
        sx, sy = signs[cell]
        force_n = load_n / 4 * (1 + sx * right + sy * forward) + NOISE_N * numbers.normal(size=len(t_s))
        counts = np.rint(force_n * plate.counts_per_n[cell] + plate.tare_counts[cell]).astype(int)
        times_ns = (t_s * S_NS).astype(np.int64) + cell * 3_000_000  # no two chips convert together
        readings += [
            Reading(t, cell, c, Fault.NONE) for t, c in zip(times_ns.tolist(), counts.tolist(), strict=True)
        ]
    return readings
