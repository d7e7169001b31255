"""The low-passes in numpy alone are scipy's, to the last digits."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import interpolate, signal, special

from station.sway.filter import LowPass, butterworth, response, zero_phase
from station.sway.measures import prediction_ellipse
from station.sway.spline import spline_at

RATES_HZ = st.floats(min_value=16, max_value=2000)


@pytest.mark.parametrize(
    ("process", "library"), [("session.service", "scipy"), ("link.uplink", "scipy"), ("link.uplink", "numpy")]
)
def test_a_process_that_runs_all_day_does_not_carry(process: str, library: str) -> None:
    rooms = "station.wiring, station.linking, station.weighing, station.session.machine_watch"
    code = f"import sys, {rooms}, station.{process}; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(order=st.sampled_from([2, 4, 6]), rate_hz=RATES_HZ)
def test_the_sections_pass_what_scipys_pass(order: int, rate_hz: float) -> None:
    f_hz = np.linspace(0, rate_hz / 2 * 0.99, 50)
    sections = signal.butter(order, 7.0, fs=rate_hz, output="sos")
    _, wanted = signal.freqz_sos(sections, worN=f_hz, fs=rate_hz)
    got = response(butterworth(order, 7.0, rate_hz), f_hz, rate_hz)
    assert got == pytest.approx(np.abs(wanted), rel=1e-9, abs=1e-12)


def test_an_odd_order_is_refused() -> None:
    with pytest.raises(ValueError, match="order 3"):
        butterworth(3, 7.0, 100.0)


@given(n=st.integers(min_value=28, max_value=2000), rate_hz=RATES_HZ, seed=st.integers(0, 2**32 - 1))
def test_a_stretch_passed_both_ways_is_scipys(n: int, rate_hz: float, seed: int) -> None:
    values = np.random.default_rng(seed).normal(0, 5, n).cumsum() + 300
    wanted = signal.sosfiltfilt(signal.butter(4, 7.0, fs=rate_hz, output="sos"), values)
    got = zero_phase(values, butterworth(4, 7.0, rate_hz))
    assert np.abs(got - wanted).max() < 1e-10 * np.abs(values).max()


def test_a_stretch_shorter_than_its_continuation_is_refused() -> None:
    with pytest.raises(ValueError, match="16 are needed"):
        zero_phase(np.zeros(15), butterworth(4, 7.0, 100.0))


def test_the_live_low_pass_is_scipys_started_at_rest() -> None:
    values = np.random.default_rng(3).normal(100, 5, 500)
    low_pass = LowPass(cutoff_hz=10.0, rate_hz=100, channels=1)
    b, a = signal.butter(2, 10.0, fs=100)
    wanted, _ = signal.lfilter(b, a, values, zi=signal.lfilter_zi(b, a) * values[0])
    assert [low_pass.step([value])[0] for value in values] == pytest.approx(wanted, rel=1e-12)


@given(n=st.integers(min_value=4, max_value=600), seed=st.integers(0, 2**32 - 1), gap_s=st.floats(0, 60))
def test_a_spline_through_uneven_times_is_scipys(n: int, seed: int, gap_s: float) -> None:
    rng = np.random.default_rng(seed)
    t_s = np.cumsum(rng.uniform(0.002, 0.03, n))
    t_s[n // 2 :] += gap_s
    values = rng.normal(0, 1, n).cumsum() + 150
    at_s = np.concatenate([np.linspace(t_s[0], t_s[-1], 777), t_s])
    wanted = interpolate.CubicSpline(t_s, values)(at_s)
    assert spline_at(at_s, t_s, values) == pytest.approx(wanted, rel=1e-9, abs=1e-9 * np.abs(wanted).max())


def test_a_spline_through_three_points_is_refused() -> None:
    with pytest.raises(ValueError, match="four points"):
        spline_at(np.zeros(1), np.arange(3.0), np.zeros(3))


@given(n=st.integers(min_value=3, max_value=10_000))
def test_the_quantile_of_the_ellipse_is_scipys(n: int) -> None:
    x, y = np.random.default_rng(n).normal(0, 1, (2, n))
    scale = 2 * special.fdtri(2, n - 2, 0.95) * (n - 1) * (n + 1) / (n * (n - 2))
    area_mm2 = np.pi * scale * np.sqrt(np.linalg.det(np.cov(x, y)))
    assert prediction_ellipse(x, y).area_mm2 == pytest.approx(area_mm2, rel=1e-6)
