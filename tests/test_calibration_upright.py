"""A person on the plate is weighed by the total force: the CoP may wander, the weight must not."""

import math
import random

import pytest

from calibration.refusal import Refusal
from calibration.still import Still
from calibration.upright import Upright
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading

PLATE = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
ZERO = (12_000, -31_000, 4_500, 20_000)


def looked(
    seconds: float = 16,
    *,
    on_s: float = 0.0,
    off_s: float = 99.0,
    wander: float = 0.0,
    beat: float = 0.005,
    void: float = 0.0,
    fault: Fault = Fault.DESYNC,
) -> Still | Refusal | None:
    """What a look says of 700 N that sway from side to side, with a heart that beats in them."""
    draw = random.Random(1)
    look = Upright(PLATE, ZERO)
    for n in range(round(seconds * 80)):
        t_s = n / 80
        weight_n = 700.0 * (1 + beat * math.sin(math.tau * 1.1 * t_s) + (wander if t_s > 8 else 0))
        across = 0.2 * math.sin(t_s) if on_s <= t_s < off_s else 0.0
        for cell in range(4):
            share = (1 + across * (1 if cell % 2 else -1)) / 4 if on_s <= t_s < off_s else 0.0
            counts = round(ZERO[cell] + 2000 * (share * weight_n + draw.gauss(0, 0.25)))
            is_void = draw.random() < void
            told = (8_388_607, fault) if is_void else (counts, Fault.NONE)
            look.push(Reading(n * 12_500_000 + cell, cell, *told))
    return look.result


def weight_n(still: Still | Refusal | None) -> float:
    assert isinstance(still, Still)
    return sum(now - zero for now, zero in zip(still.counts, ZERO, strict=True)) / 2000


def test_somebody_who_sways_is_weighed() -> None:
    assert weight_n(looked()) == pytest.approx(700, rel=0.001)


def test_whoever_presses_done_first_may_step_on_after_it() -> None:
    assert looked(16, on_s=8.0) is None
    assert weight_n(looked(26, on_s=8.0)) == pytest.approx(700, rel=0.001)


def test_void_readings_do_not_count() -> None:
    assert weight_n(looked(void=0.2)) == pytest.approx(700, rel=0.001)


def test_a_weight_that_wanders_is_refused() -> None:
    refused = looked(wander=-0.03)
    assert isinstance(refused, Refusal)
    assert (refused.key, "touch nothing" in refused.text) == ("weight_wanders", True)


def test_stepping_off_is_refused_at_once() -> None:
    refused = looked(12, off_s=9.0)
    assert isinstance(refused, Refusal)
    assert refused.key == "stepped_off"


def test_nobody_on_the_plate_is_said() -> None:
    refused = looked(25, on_s=99)
    assert isinstance(refused, Refusal)
    assert refused.key == "nobody_on"


def test_a_cell_that_says_nothing_is_named() -> None:
    assert "gave no steady readings" in str(looked(50, void=0.9))


def test_a_saturated_cell_is_named() -> None:
    assert "at the end of its range" in str(looked(void=0.01, fault=Fault.SATURATED))
