"""Power spectra of the CoP, and what is told of them between 0.15 and 5 Hz (Prieto 1996)."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from station.sway.measures import Floats, Piece

LOW_HZ: Final = 0.15
HIGH_HZ: Final = 5.0
SEGMENT_S: Final = 20.0  # resolution 0.05 Hz: three lines below the band, which keeps the mean out of it


class Spectrum(NamedTuple):
    """One-sided power spectral densities, shape (k,), mm²/Hz, at `f_hz`."""

    f_hz: Floats
    ml_mm2_hz: Floats
    ap_mm2_hz: Floats


def spectrum(pieces: Sequence[Piece], rate_hz: float) -> Spectrum | None:
    """Return Welch's estimate: Hann windows of 20 s, half overlapping, each with its mean removed.

    (`scipy.signal.welch` with nperseg = 20 s and otherwise its defaults, averaged over the pieces by their
    length.) None when no piece lasts 20 s.
    """
    per_segment = round(SEGMENT_S * rate_hz)
    long = [piece for piece in pieces if len(piece.x_mm) >= per_segment]
    if not long:
        return None
    total = 0.0
    power = np.zeros((2, per_segment // 2 + 1))
    for piece in long:
        power += _welch(np.stack([piece.x_mm, piece.y_mm]), rate_hz, per_segment) * len(piece.x_mm)
        total += len(piece.x_mm)
    power /= total
    f_hz = np.asarray(np.fft.rfftfreq(per_segment, 1 / rate_hz), dtype=np.float64)
    return Spectrum(f_hz, power[0], power[1])


def _welch(both: Floats, rate_hz: float, per_segment: int) -> Floats:
    """Return the densities of two signals, shape (2, n), at the frequencies of one segment, shape (2, k)."""
    hop = per_segment - per_segment // 2
    segments = np.lib.stride_tricks.sliding_window_view(both, per_segment, axis=1)[:, ::hop]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(per_segment) / per_segment)
    lines = np.fft.rfft((segments - segments.mean(axis=2, keepdims=True)) * window, axis=2)
    density = (np.abs(lines) ** 2).mean(axis=1) / (rate_hz * (window**2).sum())
    mirrored = slice(1, -1 if per_segment % 2 == 0 else None)  # of one side: all but 0 and half the rate
    density[:, mirrored] *= 2
    return np.asarray(density, dtype=np.float64)


def spectral_measures(of: Spectrum) -> dict[str, float]:
    """Return power, F50, F95, centroid and dispersion of each axis between 0.15 and 5 Hz.

    μₖ = Σ (f)ᵏ G(f) Δf. F50 and F95 are the first lines at which the running sum reaches 50 and 95 % of μ₀
    (Prieto 1996, eq. 27 to 31; μ₀ with Δf). An axis without any power has none of them.
    """
    inside = (of.f_hz >= LOW_HZ - 1e-9) & (of.f_hz <= HIGH_HZ + 1e-9)
    f_hz = of.f_hz[inside]
    step_hz = float(of.f_hz[1] - of.f_hz[0])
    measures: dict[str, float] = {}
    for axis, density in (("ml", of.ml_mm2_hz[inside]), ("ap", of.ap_mm2_hz[inside])):
        line = density * step_hz
        mu0, mu1, mu2 = float(line.sum()), float((f_hz * line).sum()), float((f_hz**2 * line).sum())
        measures[f"power_{axis}_mm2"] = mu0
        if mu0 <= 0:
            continue
        running = np.cumsum(line)
        measures[f"f50_{axis}_hz"] = float(f_hz[np.searchsorted(running, 0.50 * running[-1])])
        measures[f"f95_{axis}_hz"] = float(f_hz[np.searchsorted(running, 0.95 * running[-1])])
        measures[f"centroid_{axis}_hz"] = float(np.sqrt(mu2 / mu0))
        measures[f"dispersion_{axis}"] = float(np.sqrt(max(0.0, 1 - mu1 * mu1 / (mu0 * mu2))))
    return measures
