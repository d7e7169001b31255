"""A new calibration is advised from evidence, by cell and figure, and never for a passing disturbance."""

from station.sway.drift import SpanCheck, Zero, advice_of
from station.sway.plate import Four, Plate

TARE: Four = (10_000.0, 20_000.0, 30_000.0, 40_000.0)
PLATE = Plate((2000.0,) * 4, TARE, 400.0, 400.0, calibration="cal-1")
QUIET: Four = (0.24, 0.25, 0.26, 0.25)


def zero(noise_n: Four = QUIET, *, off_n: Four = (0.0,) * 4, cal: str = "cal-1") -> Zero:
    fl, fr, rl, rr = (tare + 2000 * off for tare, off in zip(TARE, off_n, strict=True))
    return Zero(t="2026-01-02T03:04:05Z", cal=cal, counts=(fl, fr, rl, rr), noise_n=noise_n)


def noisy(times: float) -> Four:
    return (0.24, 0.25 * times, 0.26, 0.25)


def told(
    zeros: list[Zero], check: SpanCheck | None = None, plate: Plate = PLATE
) -> list[tuple[str, str | None]]:
    return [(advice.reason, advice.cell) for advice in advice_of(plate, zeros, check)]


def test_a_board_as_it_was_wants_nothing() -> None:
    assert told([zero(off_n=(3.0, -4.0, 0.0, 9.0))] * 20, SpanCheck(t="", cal="cal-1", off=0.004)) == []


def test_a_zero_that_walked_two_per_cent_of_the_range_is_named() -> None:
    (advice,) = advice_of(PLATE, [zero(off_n=(0.0, 0.0, -10.5, 0.0))], None)
    assert (advice.reason, advice.cell, advice.measured, advice.limit) == ("tare_walked", "RL", -10.5, 10.0)
    assert "cell RL has walked" in advice.text


def test_only_the_newest_zero_counts_for_a_walk() -> None:
    assert told([zero(off_n=(20.0, 0.0, 0.0, 0.0)), zero()]) == []


def test_a_mass_weighed_more_than_one_per_cent_wrong_is_named() -> None:
    assert told([], SpanCheck(t="", cal="cal-1", off=-0.011)) == [("span_off", None)]


def test_a_check_of_the_plate_before_says_nothing_of_this_one() -> None:
    assert told([zero(off_n=(20.0,) * 4, cal="cal-0")], SpanCheck(t="", cal="cal-0", off=0.5)) == []


def test_a_cell_noisier_than_the_others_is_named() -> None:
    assert told([zero(noisy(2.2))] * 3) == [("cell_noisier_than_others", "FR")]
    assert told([zero(noisy(1.8))] * 3) == []


def test_one_disturbed_session_is_not_enough() -> None:
    assert told([zero(), zero(noisy(9)), zero()]) == []


def test_a_floor_that_shakes_all_cells_is_no_fault_of_theirs() -> None:
    assert told([zero()] * 12 + [zero((0.96, 1.0, 1.04, 1.0))] * 3) == []


def test_a_quiet_cell_that_has_become_noisy_is_named() -> None:
    then, now = (0.24, 0.12, 0.26, 0.25), (0.24, 0.3, 0.26, 0.25)
    assert told([zero(then)] * 10 + [zero(now)] * 3) == [("cell_noisier_than_before", "FR")]


def test_noise_too_small_to_matter_is_not_named() -> None:
    assert told([zero((0.01, 0.09, 0.01, 0.01))] * 3) == []


def test_a_board_never_calibrated_is_not_advised() -> None:
    assert told([zero(noisy(9), cal="nominal")] * 5, None, Plate((2000.0,) * 4, TARE, 400.0, 400.0)) == []
