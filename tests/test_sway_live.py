"""The live path: one sample every 10 ms, and no CoP that nobody measured."""

from itertools import pairwise

import pytest

from station.sway.live import MAX_AGE_NS, PERIOD_NS, LiveCop
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading, Sample

MS = 1_000_000
PLATE = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)


def stand(
    live: LiveCop,
    forces_n: tuple[float, float, float, float],
    *,
    from_ms: int,
    to_ms: int,
    void: tuple[int, Fault] | None = None,
    silent: int | None = None,
) -> list[Sample]:
    """Four chips at 80 SPS, each 3 ms after the one before."""
    samples: list[Sample] = []
    for t_ms in range(from_ms, to_ms):
        for cell in range(4):
            if (t_ms - 3 * cell) % 12 or cell == silent:
                continue
            fault = void[1] if void and void[0] == cell else Fault.NONE
            samples += live.push(Reading(t_ms * MS, cell, round(forces_n[cell] * 2000), fault))
        samples += live.advance(t_ms * MS)
    return samples


def test_samples_come_every_10_ms_of_the_readings_time() -> None:
    samples = stand(LiveCop(PLATE), (150, 150, 150, 150), from_ms=0, to_ms=1000)
    steps = {b.t_ns - a.t_ns for a, b in pairwise(samples)}
    assert steps == {PERIOD_NS}


def test_more_load_on_the_right_front_corner_moves_the_cop_right_and_forward() -> None:
    sample = stand(LiveCop(PLATE), (100, 300, 100, 100), from_ms=0, to_ms=1000)[-1]
    assert sample.load_n == pytest.approx(600, rel=1e-3)
    assert sample.x_mm == pytest.approx(200 * 200 / 600, rel=1e-2)
    assert sample.y_mm == pytest.approx(200 * 200 / 600, rel=1e-2)


def test_an_empty_board_has_a_load_and_no_cop() -> None:
    sample = stand(LiveCop(PLATE), (1, 1, 1, 1), from_ms=0, to_ms=500)[-1]
    assert sample.fault is Fault.NONE
    assert (sample.x_mm, sample.y_mm) == (None, None)


@pytest.mark.parametrize("cell", range(4))
def test_one_silent_cell_takes_the_cop_away_within_60_ms(cell: int) -> None:
    live = LiveCop(PLATE)
    stand(live, (150, 150, 150, 150), from_ms=0, to_ms=1000)
    late = stand(live, (150, 150, 150, 150), from_ms=1000, to_ms=1200, silent=cell)
    gone = [s for s in late if s.t_ns > 1000 * MS + MAX_AGE_NS + PERIOD_NS]
    assert gone
    assert all(s.fault is Fault.SILENT and s.x_mm is None for s in gone)


def test_void_readings_name_their_reason() -> None:
    live = LiveCop(PLATE)
    stand(live, (150, 150, 150, 150), from_ms=0, to_ms=1000)
    late = stand(live, (150, 150, 150, 150), from_ms=1000, to_ms=1200, void=(1, Fault.SATURATED))
    assert late[-1].fault is Fault.SATURATED


def test_when_the_cell_is_back_so_is_the_cop_without_a_jump() -> None:
    live = LiveCop(PLATE)
    stand(live, (150, 150, 150, 150), from_ms=0, to_ms=1000)
    stand(live, (150, 150, 150, 150), from_ms=1000, to_ms=1500, silent=0)
    back = stand(live, (150, 180, 150, 150), from_ms=1500, to_ms=1700)
    good = [s for s in back if s.fault is Fault.NONE]
    assert good
    assert good[0].x_mm == pytest.approx(30 / 630 * 200, abs=0.5)


def test_hours_of_sleep_do_not_flood_the_rules_with_samples() -> None:
    live = LiveCop(PLATE)
    stand(live, (150, 150, 150, 150), from_ms=0, to_ms=100)
    assert len(live.advance(3_600_000 * MS)) <= 2
