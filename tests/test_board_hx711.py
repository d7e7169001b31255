"""The driver, against simulated chips at pin level, in virtual time."""

from itertools import pairwise

import pytest

from station.board import simulated
from station.board.audit import Rig
from station.board.hx711 import ALL_CELLS
from station.board.load import Forces
from station.board.simulated import ChipFault
from station.board.simulated_pins import Spikes
from station.sway.reading import CELL_COUNT, Fault
from tests.meddled import FL, FR, OTHERS, PERSON, RL, RR, Delay, faults, good, meddled


def test_a_minute_of_four_free_running_chips_is_read_without_a_wrong_or_missing_value() -> None:
    rig = Rig(PERSON)
    result = rig.audit(rig.run(60))
    assert (result.wrong, result.missed) == (0, 0)
    assert result.accepted > 60 * 4 * 80
    assert set(result.voids) == {Fault.SETTLING}


@pytest.mark.parametrize("call_ns", [0, 10_000, 20_000])
def test_slower_pins_cost_no_reading(call_ns: int) -> None:
    rig = Rig(PERSON, call_ns=call_ns)
    result = rig.audit(rig.run(10))
    assert (result.wrong, result.missed) == (0, 0)


def test_dates_jitter_less_than_a_tenth_of_the_poll_interval() -> None:
    rig = Rig(PERSON)
    readings = rig.run(15)
    assert rig.audit([r for r in readings if r.t_ns > 3e9]).jitter_ns < 100_000


def test_times_of_a_cell_rise_strictly_through_faults_and_gaps() -> None:
    rig = Rig(PERSON, spikes=Spikes(share=0.002), seed=5)
    readings = rig.run(10)
    for cell in range(CELL_COUNT):
        times = [r.t_ns for r in readings if r.cell == cell]
        assert all(earlier < later for earlier, later in pairwise(times))


def test_a_reading_costs_at_most_a_hundred_calls() -> None:
    rig = Rig(PERSON)
    readings = rig.run(5)
    assert rig.pins.calls / len(readings) <= 100


def test_a_word_whose_extra_bit_is_not_high_is_void() -> None:
    rig = Rig(PERSON)
    rig.run(1)
    rig.pins.break_down(FR, ChipFault.STUCK_LOW)
    readings = rig.run(0.5)
    assert good(readings, FR) == []
    assert set(faults(readings, FR)) == {Fault.DESYNC}
    assert all(len(good(readings, cell)) >= 39 for cell in OTHERS)


def test_a_line_stuck_low_is_reported_no_faster_than_a_chip_converts() -> None:
    rig = Rig(PERSON)
    rig.pins.break_down(FR, ChipFault.STUCK_LOW)
    assert len(faults(rig.run(1), FR)) < 110


@pytest.mark.parametrize("newtons", [5000.0, -5000.0])
def test_both_ends_of_the_converter_are_void(newtons: float) -> None:
    rig = Rig(Forces(0.0, newtons, 0.0, 0.0))
    readings = rig.run(1)
    assert good(readings, FR) == []
    assert set(faults(readings, FR)) == {Fault.SETTLING, Fault.SATURATED}
    assert len(good(readings, FL)) > 60


@pytest.mark.parametrize("counts", [0, -1])
def test_zero_and_minus_one_are_good_values(counts: int) -> None:
    rig = Rig()
    rig.chips[RL].noise_counts = 0
    rig.chips[RL].tare_counts = counts
    readings = good(rig.run(1), RL)
    assert len(readings) > 60
    assert {r.counts for r in readings} == {counts}


def test_a_read_across_an_update_is_void() -> None:
    rig, meddler = meddled()
    meddler.meddle = Delay(rig.clock, "data", 12_000_000, skip=15)
    readings = rig.run(0.5)
    assert Fault.LATE_READ in faults(readings)
    assert rig.audit(readings).wrong == 0


def test_every_conversion_missed_during_a_delay_is_reported() -> None:
    rig = Rig(PERSON)
    before = rig.run(2)
    rig.clock.advance(100_000_000)
    readings = rig.run(1)
    result = rig.audit(before + readings)
    assert result.wrong == 0
    assert result.voids[Fault.OVERRUN] + result.voids[Fault.LATE_READ] == result.missed
    assert result.missed >= 4 * 8
    assert Fault.SILENT not in faults(readings)


def test_a_delay_of_our_own_is_not_taken_for_a_silent_chip() -> None:
    rig = Rig(PERSON)
    rig.run(1)
    chip = rig.chips[RL]
    for cell in (FL, FR, RR):  # another chip's word would take longer than the moment that matters here
        rig.pins.break_down(cell, ChipFault.STUCK_HIGH)
    rig.clock.advance(100_000_000)
    chip.advance(rig.clock.now_ns())
    # The next poll comes while DOUT is high for an update: the chip looks as if it had nothing to say.
    rig.clock.advance(chip.update_ns - 40_000 - rig.clock.now_ns())
    readings = rig.run(0.5)
    assert set(faults(readings, RL)) <= {Fault.OVERRUN, Fault.LATE_READ}


@pytest.mark.parametrize("fault", [ChipFault.UNPLUGGED, ChipFault.STUCK_HIGH])
def test_a_chip_silent_for_two_periods_is_reported_and_stays_reported(fault: ChipFault) -> None:
    rig = Rig(PERSON)
    rig.run(1)
    pulled_ns = rig.clock.now_ns()
    rig.pins.break_down(FR, fault)
    readings = rig.run(1)
    silent = [r for r in readings if r.fault is Fault.SILENT]
    assert {r.cell for r in silent} == {FR}
    assert silent[0].t_ns - pulled_ns < 40_000_000
    assert silent[-1].t_ns > rig.clock.now_ns() - 100_000_000
    assert all(len(good(readings, cell)) >= 79 for cell in OTHERS)


def test_a_chip_left_at_the_low_rate_is_measured_and_not_called_silent_for_it() -> None:
    rig = Rig(PERSON)
    rig.chips[FR].break_down(ChipFault.SLOW, rig.clock.now_ns())
    early = rig.run(3)
    later = rig.run(5)
    sps = rig.bank.sps[FR]
    assert sps == pytest.approx(11, rel=0.02)
    assert faults(later, FR) == []
    assert rig.audit(early + later).wrong == 0


def test_a_chip_that_changes_its_rate_is_measured_anew() -> None:
    rig = Rig(PERSON)
    readings = rig.run(2)
    for fault, sps in ((ChipFault.SLOW, 11), (ChipFault.NONE, rig.chips[FR].sps)):
        rig.pins.break_down(FR, fault)
        readings += rig.run(4)
        later = rig.run(1)
        assert rig.bank.sps[FR] == pytest.approx(sps, rel=0.02)
        assert faults(later, FR) == []
        assert len(good(later, FR)) == pytest.approx(sps, abs=1.5)
        readings += later
    assert rig.audit(readings).wrong == 0


def test_the_measured_rate_of_each_chip_is_its_own() -> None:
    rig = Rig(PERSON)
    assert rig.bank.sps == (None,) * CELL_COUNT
    rig.run(5)
    for chip, sps in zip(rig.chips, rig.bank.sps, strict=True):
        assert sps == pytest.approx(chip.sps, rel=0.004)  # the simulated oscillators drift by 0.2 %


def test_closing_leaves_the_clocks_high_so_that_the_chips_sleep() -> None:
    rig = Rig(PERSON)
    with rig.bank:
        rig.run(0.3)
        assert rig.pins.clock_levels == 0
    assert rig.pins.clock_levels == ALL_CELLS
    rig.bank.close()
    conversions = len(rig.truth)
    rig.clock.advance(1_000_000_000)
    assert rig.pins.data() == ALL_CELLS
    assert len(rig.truth) == conversions


def test_a_poll_never_waits() -> None:
    rig = Rig(PERSON, call_ns=0)
    rig.run(1)
    before_ns = rig.clock.now_ns()
    for _ in range(50):
        rig.bank.poll()
    assert rig.clock.now_ns() == before_ns


@pytest.mark.parametrize(("gain", "rate_hz"), [(32, 80), (128, 40)])
def test_a_gain_or_rate_the_chip_has_not_is_refused(gain: int, rate_hz: int) -> None:
    with pytest.raises(ValueError, match="an HX711 has gain 128 or 64 at 10 or 80 SPS"):
        Rig(gain=gain, rate_hz=rate_hz)


def test_a_drifting_rate_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "DRIFT", 0.002)
    monkeypatch.setattr(simulated, "DRIFT_PERIOD_S", 120.0)
    rig = Rig(PERSON)
    result = rig.audit(rig.run(40))
    assert (result.wrong, result.missed) == (0, 0)
    assert result.jitter_ns < 100_000
