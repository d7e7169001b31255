"""The driver, against simulated chips at pin level, in virtual time."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from station.board.audit import Rig
from station.board.clock import VirtualClock
from station.board.hx711 import ALL_CELLS, Hx711Bank
from station.board.load import Forces, Plate
from station.board.pins import Pins
from station.board.simulated import ChipFault
from station.board.simulated_pins import Spikes
from station.sway.reading import CELL_COUNT, Fault, Reading

PERSON = Plate().corners_n(700, 30, -20)
FL, FR, RL, RR = range(CELL_COUNT)
OTHERS = {FL, RL, RR}


class Meddler:
    """Pins that do something else first at chosen calls: `meddle` gets the call's name and its argument."""

    def __init__(self, pins: Pins) -> None:
        self._pins = pins
        self.meddle: Callable[[str, int], None] = lambda _call, _cells: None

    def set_clock(self, cells: int) -> None:
        self.meddle("set_clock", cells)
        self._pins.set_clock(cells)

    def data(self) -> int:
        self.meddle("data", 0)
        return self._pins.data()

    def close(self) -> None:
        self._pins.close()


class Delay:
    """Lets the clock run on once, at one call of a kind."""

    def __init__(
        self, clock: VirtualClock, call: str, ns: int, *, skip: int = 0, cells: int | None = None
    ) -> None:
        self._clock, self._call, self._ns, self._skip, self._cells = clock, call, ns, skip, cells

    def __call__(self, call: str, cells: int) -> None:
        if call != self._call or self._cells not in {None, cells}:
            return
        self._skip -= 1
        if self._skip == -1:
            self._clock.advance(self._ns)


def meddled() -> tuple[Rig, Meddler]:
    """A rig whose driver goes through a meddler, past its settling time."""
    rig = Rig(PERSON)
    meddler = Meddler(rig.pins)
    rig.bank = Hx711Bank(meddler, rig.clock)
    rig.run(2)
    return rig, meddler


def faults(readings: list[Reading], cell: int | None = None) -> list[Fault]:
    return [r.fault for r in readings if r.fault is not Fault.NONE and cell in {None, r.cell}]


def good(readings: list[Reading], cell: int) -> list[Reading]:
    return [r for r in readings if r.cell == cell and r.fault is Fault.NONE]


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


@pytest.mark.parametrize("restarts", [False, True])
def test_no_wrong_value_passes_when_calls_are_delayed_by_up_to_20_ms(restarts: bool) -> None:
    rig = Rig(PERSON, spikes=Spikes(), seed=3)
    for chip in rig.chips:
        chip.update_restarts_word = restarts
    result = rig.audit(rig.run(30))
    assert result.wrong == 0
    assert result.accepted > 30 * 4 * 80 / 2
    assert result.unexplained == 0


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


def test_a_clock_pulse_that_stays_high_too_long_voids_the_word() -> None:
    rig, meddler = meddled()
    # The call that lowers PD_SCK again comes 70 µs late, in the middle of a word.
    meddler.meddle = Delay(rig.clock, "set_clock", 70_000, skip=10, cells=0)
    readings = rig.run(0.5)
    late = [r for r in readings if r.fault is Fault.LATE_CLOCK]
    assert len(late) == 1
    assert rig.audit(readings).wrong == 0


def test_a_chip_that_lost_step_comes_back_by_itself_while_the_others_go_on() -> None:
    rig, meddler = meddled()
    meddler.meddle = Delay(rig.clock, "set_clock", 70_000, skip=10, cells=0)
    readings = rig.run(1)
    (hit,) = {r.cell for r in readings if r.fault is Fault.LATE_CLOCK}
    assert faults(readings, hit)[1:] == [Fault.SETTLING] * len(faults(readings, hit)[1:])
    assert len(good(readings, hit)) > 65
    for cell in set(range(CELL_COUNT)) - {hit}:
        assert len(good(readings, cell)) >= 79
        assert faults(readings, cell) == []


def test_recovery_holds_the_clock_of_the_lost_chip_high_for_100_us_and_of_no_other() -> None:
    rig, meddler = meddled()
    raised: dict[int, int] = {}
    longest_ns = [0] * CELL_COUNT
    delay = Delay(rig.clock, "set_clock", 55_000, skip=10, cells=0)  # late, but the chip stays awake

    def watch(call: str, cells: int) -> None:
        if call == "set_clock":
            now_ns = rig.clock.now_ns()
            for cell in range(CELL_COUNT):
                if cells >> cell & 1:
                    raised.setdefault(cell, now_ns)
                elif cell in raised:
                    longest_ns[cell] = max(longest_ns[cell], now_ns - raised.pop(cell))
        delay(call, cells)

    meddler.meddle = watch
    readings = rig.run(0.2)
    (hit,) = {r.cell for r in readings if r.fault is Fault.LATE_CLOCK}
    assert longest_ns[hit] >= 100_000
    assert all(longest_ns[cell] < 50_000 for cell in range(CELL_COUNT) if cell != hit)


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


def test_a_cable_plugged_in_again_goes_on_without_a_restart() -> None:
    rig = Rig(PERSON)
    plugged = rig.run(1)
    rig.pins.break_down(FR, ChipFault.UNPLUGGED)
    pulled = rig.run(3)
    rig.pins.break_down(FR, ChipFault.NONE)
    mended = rig.run(2)
    assert good(pulled, FR) == []
    assert len(good(mended, FR)) > 80
    assert rig.audit(plugged + pulled + mended).wrong == 0


def test_readings_before_a_chip_has_settled_are_void() -> None:
    rig = Rig(PERSON)
    readings = rig.run(0.2)
    for cell in range(CELL_COUNT):
        first = good(readings, cell)[0]
        assert all(r.fault is Fault.SETTLING for r in readings if r.cell == cell and r.t_ns < first.t_ns)
    assert rig.audit(readings).wrong == 0


def test_the_gain_is_set_again_on_a_chip_that_kept_another() -> None:
    rig = Rig(PERSON, gain=64)
    rig.run(1)
    for chip in rig.chips:
        chip.keeps_gain = True
    rig.bank = Hx711Bank(rig.pins, rig.clock, gain=128)
    readings = rig.run(1)
    assert rig.audit(readings).wrong == 0
    assert good(readings, FL)[-1].counts == pytest.approx(
        700 * 500 * 0.85 * 0.9 + rig.chips[FL].tare_counts, abs=3000
    )


def test_gain_64_reads_half_the_counts_of_gain_128() -> None:
    means = []
    for gain in (128, 64):
        readings = good(Rig(PERSON, gain=gain).run(3), FL)
        means.append(sum(r.counts for r in readings) / len(readings))
    assert means[0] / means[1] == pytest.approx(2, rel=0.001)


def test_a_chip_that_was_reset_behind_our_back_is_not_believed_before_it_settled() -> None:
    rig = Rig(PERSON)
    readings = rig.run(3)
    chip = rig.chips[RR]
    rig.clock.advance(chip.update_ns - rig.clock.now_ns() - 6_000_000)
    chip.reset(rig.clock.now_ns())
    readings += rig.run(1)
    assert rig.audit(readings).wrong == 0
    assert len(good(readings, RR)) > 300


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
