"""Spectra and entropy against direct, slow implementations of their definitions."""

import math

import numpy as np
import pytest
from scipy import signal

from station.sway.entropy import sample_entropy
from station.sway.measures import Piece
from station.sway.spectrum import spectral_measures, spectrum


def sine(f_hz: float, amplitude_mm: float, seconds: float = 60) -> np.ndarray:
    t = np.arange(0, seconds, 0.01)
    return amplitude_mm * np.sin(2 * np.pi * f_hz * t)


def measured(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    of = spectrum([Piece(x, y)], 100)
    assert of is not None
    return spectral_measures(of)


def test_a_sine_has_half_its_squared_amplitude_as_power_at_its_frequency() -> None:
    got = measured(sine(0.5, 4), sine(2.0, 1))
    assert got["power_ml_mm2"] == pytest.approx(8, rel=0.01)
    assert got["power_ap_mm2"] == pytest.approx(0.5, rel=0.01)
    for name in ("f50_ml_hz", "centroid_ml_hz"):
        assert got[name] == pytest.approx(0.5, abs=0.03)
    assert got["f50_ap_hz"] == pytest.approx(2.0, abs=0.01)
    assert got["dispersion_ap"] < 0.05


def test_power_outside_the_band_is_left_out() -> None:
    got = measured(sine(0.5, 4) + sine(8, 5), sine(0.5, 4) + 100)
    assert got["power_ml_mm2"] == pytest.approx(8, rel=0.01)
    assert got["power_ap_mm2"] == pytest.approx(8, rel=0.01)


def test_white_noise_is_flat_over_the_band() -> None:
    rng = np.random.default_rng(2)
    got = measured(rng.normal(0, 3, 600_000), rng.normal(0, 3, 600_000))
    assert got["power_ml_mm2"] == pytest.approx(9 * (5 - 0.15) / 50, rel=0.05)
    assert got["f50_ml_hz"] == pytest.approx((5 + 0.15) / 2, abs=0.1)
    assert got["f95_ml_hz"] == pytest.approx(5 - 0.05 * 4.85, abs=0.1)


def slow_welch(x: np.ndarray, rate_hz: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Welch's method written out: Hann windows, half overlapping, constant detrend, one-sided density."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    total = np.zeros(n // 2 + 1)
    starts = range(0, len(x) - n + 1, n // 2)
    for start in starts:
        part = x[start : start + n]
        part = (part - part.mean()) * window
        line = np.array(
            [abs(np.sum(part * np.exp(-2j * np.pi * k * np.arange(n) / n))) ** 2 for k in range(n // 2 + 1)]
        )
        total += line / (rate_hz * np.sum(window**2))
    density = total / len(starts)
    density[1:-1] *= 2
    return np.arange(n // 2 + 1) * rate_hz / n, density


def test_the_estimate_is_welchs_written_out_and_scipys() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(0, 1, (2, 1500)).cumsum(axis=1)
    of = spectrum([Piece(x, y)], 25.0)
    assert of is not None
    f_hz, density = slow_welch(x, 25.0, 500)
    assert of.f_hz == pytest.approx(f_hz)
    assert of.ml_mm2_hz == pytest.approx(density, rel=1e-6, abs=1e-9)
    assert of.ap_mm2_hz == pytest.approx(signal.welch(y, fs=25.0, nperseg=500)[1])


def test_moments_are_those_of_prietos_formulas() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(0, 1, (2, 6000)).cumsum(axis=1)
    of = spectrum([Piece(x, y)], 100)
    assert of is not None
    got = spectral_measures(of)
    step = of.f_hz[1]
    lines = [
        (f, g * step) for f, g in zip(of.f_hz, of.ap_mm2_hz, strict=True) if 0.15 - 1e-9 <= f <= 5 + 1e-9
    ]
    mu = [sum(f**k * g for f, g in lines) for k in range(3)]
    assert got["power_ap_mm2"] == pytest.approx(mu[0])
    assert got["centroid_ap_hz"] == pytest.approx(math.sqrt(mu[2] / mu[0]))
    assert got["dispersion_ap"] == pytest.approx(math.sqrt(1 - mu[1] ** 2 / (mu[0] * mu[2])))
    running, f50 = 0.0, None
    for f, g in lines:
        running += g
        if f50 is None and running >= mu[0] / 2:
            f50 = f
    assert got["f50_ap_hz"] == f50


def test_too_short_a_path_has_no_spectrum() -> None:
    assert spectrum([Piece(np.zeros(500), np.zeros(500))], 100) is None


def slow_entropy(values: list[float], m: int, r: float) -> float:
    """Richman & Moorman's definition, pair by pair."""
    n = len(values)

    def near(i: int, j: int, length: int) -> bool:
        return max(abs(values[i + k] - values[j + k]) for k in range(length)) <= r

    pairs = [(i, j) for i in range(n - m) for j in range(n - m) if i != j]
    b = sum(near(i, j, m) for i, j in pairs)
    a = sum(near(i, j, m + 1) for i, j in pairs)
    return -math.log(a / b)


def test_entropy_is_richman_and_moormans_pair_by_pair() -> None:
    values = np.random.default_rng(6).normal(0, 1, 150)
    expected = slow_entropy(values.tolist(), 2, 0.2 * float(values.std()))
    assert sample_entropy(values) == pytest.approx(expected, rel=1e-4)


def test_a_regular_signal_has_less_entropy_than_noise() -> None:
    noise = np.random.default_rng(7).normal(0, 1, 1000)
    wave = np.sin(np.arange(1000) / 5)
    regular, random = sample_entropy(wave), sample_entropy(noise)
    assert regular is not None
    assert random is not None
    assert regular < 0.3
    assert random > 1.5


def test_a_constant_has_no_entropy() -> None:
    assert sample_entropy(np.ones(100)) is None
