"""One plate type: the nominal one is a calibrated one whose cells sit at the corners."""

import numpy as np
import pytest

from station.errors import ConfigError
from station.sway.plate import Plate, plate_from_dict, plate_from_matrix

NOMINAL = Plate((2000.0,) * 4, (100.0, -200.0, 300.0, 0.0), 400.0, 300.0)
BENT = Plate(
    (2000.0, 2020.0, -1990.0, 2010.0),
    (0.0,) * 4,
    400.0,
    300.0,
    "cal-1",
    (-1.01, 1.0, -0.99, 1.02),
    (1.0, 0.99, -1.0, -1.01),
    (1e-6, -2e-6, 0.0, 3e-6),
)


def test_the_matrix_turns_counts_into_load_and_moments() -> None:
    straight = Plate(BENT.counts_per_n, BENT.tare_counts, 400.0, 300.0, "cal-1", BENT.arms_x, BENT.arms_y)
    counts = [300_000.0, 250_000.0, -400_000.0, 350_000.0]
    load_n, moment_x, moment_y = np.array(straight.matrix) @ np.array(counts)
    forces_n = [straight.force_n(cell, counts[cell]) for cell in range(4)]
    assert load_n == pytest.approx(sum(forces_n))
    assert straight.cop_mm(forces_n, load_n) == pytest.approx((moment_x / load_n, moment_y / load_n))


def test_a_plate_made_of_its_own_matrix_is_the_same_plate() -> None:
    again = plate_from_matrix(
        np.array(BENT.matrix), NOMINAL, tare_counts=BENT.tare_counts, bends_per_n=BENT.bends_per_n
    )
    for name in ("counts_per_n", "arms_x", "arms_y", "bends_per_n", "tare_counts"):
        assert getattr(again, name) == pytest.approx(getattr(BENT, name))


def test_arrays_and_single_values_go_through_one_formula() -> None:
    counts = np.array([1e5, 2e5, 3e5])
    assert BENT.force_n(1, counts).tolist() == [BENT.force_n(1, float(c)) for c in counts]


def test_the_report_path_and_the_live_path_agree_on_the_cop() -> None:
    forces_n = [
        np.array([100.0, 120.0]),
        np.array([90.0, 80.0]),
        np.array([150.0] * 2),
        np.array([160.0] * 2),
    ]
    x_mm, y_mm = BENT.cop_mm(forces_n, np.sum(forces_n, axis=0))
    one = [float(force[1]) for force in forces_n]
    assert (x_mm[1], y_mm[1]) == pytest.approx(BENT.cop_mm(one, sum(one)))


def test_a_new_zero_keeps_everything_else() -> None:
    tared = BENT.tared((1.0, 2.0, 3.0, 4.0))
    assert tared.tare_counts == (1.0, 2.0, 3.0, 4.0)
    assert tared.tared(BENT.tare_counts) == BENT


def test_a_plate_survives_plain_data() -> None:
    assert plate_from_dict(BENT.to_dict()) == BENT


def test_plain_data_of_a_station_without_calibration_still_reads() -> None:
    old = {k: NOMINAL.to_dict()[k] for k in ("counts_per_n", "tare_counts", "width_mm", "length_mm")}
    assert plate_from_dict(old) == NOMINAL
    assert NOMINAL.nominal


@pytest.mark.parametrize("key", ["arms_x", "arms_y", "bends_per_n", "tare_counts"])
def test_plain_data_with_a_wrong_four_names_its_key(key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        plate_from_dict({**BENT.to_dict(), key: [1.0, 2.0, 3.0]})


def test_a_matrix_in_which_a_cell_takes_no_part_is_refused() -> None:
    matrix = np.array(BENT.matrix)
    matrix[0, 2] = 0
    with pytest.raises(ConfigError, match="no part"):
        plate_from_matrix(matrix, NOMINAL, tare_counts=(0.0,) * 4)
