"""The report path: the raw readings of a trial to its measures. The method is frozen as `ALG`.

Spikes are voided; each cell's readings go on one 100 Hz grid by a cubic spline through their own measured
times; forces; CoP; then one zero-phase Butterworth low-pass of order 4 at 7 Hz over each stretch between
gaps. Differentiating a linear interpolation would bias the velocity (Audiffren & Contal 2016,
doi 10.3390/s16081208).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from station.sway.catalogue import CATALOGUE, withheld_reason
from station.sway.entropy import velocity_entropy
from station.sway.grid import CopPath, cop_path, smoothed
from station.sway.measures import Floats, Piece, sway_measures
from station.sway.noise import noise_velocity_mm_s
from station.sway.plate import Plate
from station.sway.reading import Reading
from station.sway.spectrum import spectral_measures, spectrum

MOST_MISSING: Final = 0.01
LONGEST_GAP_S: Final = 0.5
# Velocities add like independent motions, by their squares: above this share of its square, half of what is
# told as velocity is the board's own noise.
MOST_NOISE: Final = 0.5

Spans = Sequence[tuple[int, int]]
Quality = dict[str, float | bool]


@dataclass(frozen=True, slots=True)
class Report:
    """Measures this trial may carry, why it may not carry the others, and how far they may be trusted."""

    measures: dict[str, float]
    withheld: dict[str, str]
    quality: Quality


def report(
    readings: Sequence[Reading], plate: Plate, spans_ns: Spans, *, noise_n: float | None = None
) -> Report:
    """Return measures and quality of the time that counted.

    `spans_ns` are the spans of the hold in the readings' own time; the readings should begin and end about a
    second outside them, so that the filter has settled. `noise_n` is the rms noise of one unloaded cell; with
    it the quality says what velocity the noise alone would show.
    """
    path = cop_path(readings, plate)
    pieces = path.pieces(spans_ns)
    quality = _gaps(path, pieces, spans_ns)
    quality["spikes"] = float(path.spikes)
    measures = _all_measures(pieces, path.rate_hz)
    if measures:
        measures["load_asymmetry_percent"] = 100 * measures["mean_ml_mm"] / (plate.width_mm / 2)
        if noise_n is not None:
            _add_noise(quality, measures["velocity_mm_s"], noise_n, path.load_n(spans_ns), plate)
    return _told(measures, _duration_s(pieces, path.rate_hz), quality)


def report_path(t_s: Floats, x_mm: Floats, y_mm: Floats, *, low_pass: bool) -> Report:
    """Return measures and quality of a CoP path on a uniform grid, arrays of shape (n,).

    `low_pass` passes it through the low-pass of the method; otherwise it is taken as it is. Rows further
    apart than one and a half steps are a gap. Raises ValueError below three rows.
    """
    if len(t_s) < 3:
        raise ValueError(f"a path of {len(t_s)} points has no measures")
    step_s = float(np.median(np.diff(t_s)))
    rate_hz = 1 / step_s
    breaks = np.flatnonzero(np.diff(t_s) > 1.5 * step_s) + 1
    pieces = [
        Piece(x, y) for x, y in zip(np.split(x_mm, breaks), np.split(y_mm, breaks), strict=True) if len(x) > 1
    ]
    if low_pass:
        pieces = [piece for piece in (smoothed(piece, rate_hz) for piece in pieces) if piece is not None]
    wanted_s = float(t_s[-1] - t_s[0]) + step_s
    longest_gap_s = max(0.0, float(np.diff(t_s).max()) - step_s) if len(breaks) else 0.0
    duration_s = _duration_s(pieces, rate_hz)
    quality = _quality(max(0.0, 1 - duration_s / wanted_s), longest_gap_s)
    quality["rate_hz"] = round(rate_hz, 3)
    return _told(_all_measures(pieces, rate_hz), duration_s, quality)


def _all_measures(pieces: Sequence[Piece], rate_hz: float) -> dict[str, float]:
    if sum(len(piece.x_mm) for piece in pieces) < 3:
        return {}
    measures = sway_measures(pieces, rate_hz=rate_hz)
    duration_s = _duration_s(pieces, rate_hz)
    if withheld_reason("f95_ap_hz", duration_s) is None:
        of = spectrum(pieces, rate_hz)
        if of is not None:
            measures |= spectral_measures(of)
        measures |= velocity_entropy(pieces, rate_hz)
    return measures


def _told(measures: dict[str, float], duration_s: float, quality: Quality) -> Report:
    """Split what was computed into what this trial may carry and why it may not carry the rest."""
    carried: dict[str, float] = {}
    withheld: dict[str, str] = {}
    for name in CATALOGUE:
        reason = withheld_reason(name, duration_s)
        if reason is not None:
            withheld[name] = reason
        elif name in measures:
            carried[name] = measures[name]
        else:
            withheld[name] = "this recording does not hold what it is made of"
    return Report(carried, withheld, quality)


def _duration_s(pieces: Sequence[Piece], rate_hz: float) -> float:
    return sum(len(piece.x_mm) for piece in pieces) / rate_hz


def _quality(missing: float, longest_gap_s: float) -> Quality:
    return {
        "missing_percent": round(100 * missing, 3),
        "longest_gap_s": round(longest_gap_s, 3),
        "flagged": missing > MOST_MISSING or longest_gap_s > LONGEST_GAP_S,
    }


def _gaps(path: CopPath, pieces: Sequence[Piece], spans_ns: Spans) -> Quality:
    wanted_s = sum(end - start for start, end in spans_ns) * 1e-9
    missing = max(0.0, 1 - _duration_s(pieces, path.rate_hz) / wanted_s) if wanted_s > 0 else 1.0
    step_ns = round(1e9 / path.rate_hz)
    longest_ns = 0
    for start_ns, end_ns in spans_ns:
        inside = (path.t_ns >= start_ns) & (path.t_ns <= end_ns) & np.isfinite(path.x_mm)
        edges = np.concatenate([[start_ns], path.t_ns[inside], [end_ns]])
        longest_ns = max(longest_ns, int(np.diff(edges).max()))
    return _quality(missing, max(0, longest_ns - step_ns) * 1e-9)


def _add_noise(quality: Quality, velocity_mm_s: float, noise_n: float, load_n: float, plate: Plate) -> None:
    noise_mm_s = noise_velocity_mm_s(noise_n, load_n, plate)
    share = min(1.0, (noise_mm_s / velocity_mm_s) ** 2) if velocity_mm_s > 0 else 1.0
    quality["noise_n"] = round(noise_n, 3)
    quality["noise_velocity_mm_s"] = round(noise_mm_s, 3)
    quality["noise_percent"] = round(100 * share, 1)
    quality["noise_dominates"] = share > MOST_NOISE
