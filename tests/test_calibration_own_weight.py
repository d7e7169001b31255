"""What a bathroom scale can prove about the board, and what it cannot."""

import pytest

from calibration.dialogue import Taken
from calibration.own_weight import OwnWeight, agreement, scale_error
from calibration.still import Still
from station.sway.plate import Plate

PLATE = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
QUIET = (500.0,) * 4


def refused(weight_n: float, *, named_n: float) -> str:
    procedure = OwnWeight(PLATE, named_n)
    first = procedure.next_step([])
    assert first is not None
    taken = [Taken(first, Still((0.0,) * 4, QUIET))]
    step = procedure.next_step(taken)
    assert step is not None
    return str(procedure.refusal(step, Still((weight_n * 500,) * 4, QUIET), taken) or "")


@pytest.mark.parametrize(("kg", "error"), [(40, 0.0125), (50, 0.01), (100, 0.01)])
def test_a_bathroom_scale_is_good_to_half_a_kilogram_or_one_percent(kg: float, error: float) -> None:
    assert scale_error(kg) == error


@pytest.mark.parametrize(
    ("off", "found"),
    [(0.002, "agrees"), (-0.009, "agrees"), (0.015, "unsure"), (-0.019, "unsure"), (0.021, "wrong")],
)
def test_the_board_is_wrong_only_beyond_what_the_scale_may_be_off(off: float, found: str) -> None:
    assert agreement(off, 80) == found


def test_a_board_that_is_off_is_measured_and_not_refused() -> None:
    assert refused(700, named_n=580) == ""


def test_a_mistyped_weight_is_refused_with_what_was_weighed() -> None:
    assert "about 71 kg, not 7.1 kg" in refused(700, named_n=70)
