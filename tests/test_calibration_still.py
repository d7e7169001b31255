"""A look at the plate counts only when it was still, whole and within range."""

import random

import pytest

from calibration.refusal import Refusal
from calibration.still import Look, Still
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading

PLATE = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
OFFSETS = (12_000, -31_000, 4_500, 20_000)


def looked(
    seconds: float = 5.0,
    *,
    step_n: float = 0.0,
    sway_n: float = 0.0,
    fault: Fault = Fault.NONE,
    until_s: float = 99,
) -> Still | Refusal | None:
    draw = random.Random(1)
    look = Look(PLATE)
    for n in range(round(seconds * 80)):
        t_s = n / 80
        for cell in range(4):
            force_n = draw.gauss(0, 0.25) + (step_n if t_s > 2.5 else 0) + sway_n * (-1) ** (n // 20)
            void = fault if cell == 2 and t_s < until_s else Fault.NONE
            look.push(Reading(n * 12_500_000 + cell, cell, round(OFFSETS[cell] + force_n * 2000), void))
    return look.result


def test_a_still_plate_gives_means_and_noise() -> None:
    still = looked()
    assert isinstance(still, Still)
    assert still.counts == pytest.approx(OFFSETS, abs=100)
    assert still.noise_counts == pytest.approx((500.0,) * 4, rel=0.2)


def test_a_look_too_short_is_no_result() -> None:
    assert looked(3.0) is None


@pytest.mark.parametrize(("step_n", "sway_n"), [(2.0, 0.0), (0.0, 4.0)])
def test_a_mass_that_moves_is_refused(step_n: float, sway_n: float) -> None:
    assert "moved" in str(looked(step_n=step_n, sway_n=sway_n))


def test_a_saturated_cell_is_named() -> None:
    assert "cell RL is at the end of its range" in str(looked(fault=Fault.SATURATED))


def test_a_cell_without_readings_is_named_after_a_while() -> None:
    assert "cell RL gave no steady readings" in str(looked(20, fault=Fault.DESYNC))


def test_one_bad_second_only_lengthens_the_look() -> None:
    assert isinstance(looked(6.0, fault=Fault.DESYNC, until_s=2.0), Still)
