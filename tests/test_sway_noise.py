"""What is the board's and what is the person's."""

import numpy as np
import pytest

from station.sway.grid import spikes
from station.sway.noise import noise_velocity_mm_s
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading
from station.sway.report import report

PLATE = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
S = 1_000_000_000


def motionless(noise_n: float, *, load_n: float = 600.0, seconds: float = 62) -> list[Reading]:
    rng = np.random.default_rng(8)
    out = []
    for cell in range(4):
        for n in range(round(seconds * 87)):
            force_n = load_n / 4 + rng.normal(0, noise_n)
            out.append(Reading(round(n * S / 87) + cell, cell, round(force_n * 2000), Fault.NONE))
    return sorted(out)


@pytest.mark.parametrize("noise_n", [0.1, 0.25, 0.5])
def test_the_velocity_of_noise_alone_is_foretold(noise_n: float) -> None:
    got = report(motionless(noise_n), PLATE, [(S, 61 * S)], noise_n=noise_n)
    expected = noise_velocity_mm_s(noise_n, 600, PLATE)
    assert got.measures["velocity_mm_s"] == pytest.approx(expected, rel=0.1)
    assert got.quality["noise_dominates"] is True
    assert got.quality["noise_percent"] == pytest.approx(100, abs=20)


def test_spikes_are_voided_and_counted() -> None:
    clean = motionless(0.25)
    spoiled = [r._replace(counts=7_000_000) if n % 1000 == 500 else r for n, r in enumerate(clean)]
    without, with_spikes = (report(r, PLATE, [(S, 61 * S)]) for r in (clean, spoiled))
    assert with_spikes.quality["spikes"] == len(range(500, len(clean), 1000))
    assert without.quality["spikes"] == 0
    for name in ("velocity_mm_s", "pea95_mm2", "rms_ml_mm"):
        assert with_spikes.measures[name] == pytest.approx(without.measures[name], rel=0.02), name


def test_a_person_who_moves_fast_is_no_spike() -> None:
    t = np.arange(0, 20, 1 / 87)
    stumble = 150 + 80 * np.sin(2 * np.pi * 2.5 * t) + np.random.default_rng(1).normal(0, 0.25, len(t))
    assert spikes(t, stumble).sum() == 0


def test_two_spikes_side_by_side_are_both_voided() -> None:
    t = np.arange(0, 5, 1 / 87)
    force = 150 + np.random.default_rng(1).normal(0, 0.25, len(t))
    force[[100, 101, 300]] += (500, 700, -900)
    found = np.flatnonzero(spikes(t, force)).tolist()
    assert {100, 101, 300} <= set(found)
    assert len(found) <= 6, "hardly a good reading is lost with them"


def test_more_load_on_the_right_is_a_positive_asymmetry() -> None:
    forces = (120.0, 180.0, 120.0, 180.0)
    readings = [
        Reading(n * 11_500_000 + cell, cell, round(forces[cell] * 2000), Fault.NONE)
        for n in range(1500)
        for cell in range(4)
    ]
    got = report(readings, PLATE, [(S, 16 * S)]).measures
    assert got["load_asymmetry_percent"] == pytest.approx(20, rel=1e-3)
