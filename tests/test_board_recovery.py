"""The driver when a chip may have lost step: what is void, what is proven, and the way back."""

import pytest

from station.board.audit import Loss, Rig
from station.board.hx711 import Hx711Bank
from station.board.simulated import ChipFault
from station.board.simulated_pins import Spikes
from station.sway.reading import CELL_COUNT, Fault
from tests.meddled import FL, FR, PERSON, RR, Delay, faults, good, meddled


class DelayedBit:
    """Delays once the look at DOUT after a pulse of a word: by so long, or until so long after an update."""

    def __init__(self, rig: Rig, pulse: int, ns: int = 0, *, until_update_ns: int | None = None) -> None:
        self._rig, self._pulse, self._ns, self._until_update_ns = rig, pulse, ns, until_update_ns
        self.cells = 0
        self.update_ns = 0

    def __call__(self, call: str, cells: int) -> None:
        if self._pulse < 0:
            return
        if call == "set_clock" and cells:
            self._pulse -= 1
            self.cells = cells
        elif call == "data" and self._pulse == 0:
            self._pulse = -1
            if self._until_update_ns is not None:
                self.update_ns = min(c.update_ns for c in self._rig.chips if self.cells >> c.cell & 1)
                self._ns = self.update_ns + self._until_update_ns - self._rig.clock.now_ns()
            self._rig.clock.advance(self._ns)


@pytest.mark.parametrize("restarts", [False, True])
def test_no_wrong_value_passes_when_calls_are_delayed_by_up_to_20_ms(restarts: bool) -> None:
    rig = Rig(PERSON, spikes=Spikes(), seed=3)
    for chip in rig.chips:
        chip.update_restarts_word = restarts
    result = rig.audit(rig.run(30))
    assert result.wrong == 0
    assert result.accepted > 30 * 4 * 80 / 2
    assert result.unexplained == 0


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
    delay = Delay(rig.clock, "set_clock", 70_000, skip=10, cells=0)

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


@pytest.mark.parametrize("delay_ns", [200_000, 15_000_000])
@pytest.mark.parametrize("cells", [0, None])
def test_a_delay_that_left_the_chip_awake_costs_its_word_and_no_power_cycle(
    cells: int | None, delay_ns: int
) -> None:
    rig, meddler = meddled()
    before = rig.bank.recoveries
    if cells == 0:  # after PD_SCK was lowered: DOUT is read late
        meddler.meddle = Delay(rig.clock, "data", delay_ns, skip=10)
    else:  # before PD_SCK is raised: the pulse may have been too long, for all we can see
        calls = iter(range(100))
        meddler.meddle = lambda call, cells: (
            rig.clock.advance(delay_ns) if call == "set_clock" and cells and next(calls, 0) == 5 else None
        )
    readings = rig.run(0.5)
    result = rig.audit(readings)
    assert result.wrong == 0
    assert Fault.SETTLING not in faults(readings)
    assert rig.bank.recoveries == before


def test_a_late_last_pulse_proves_nothing_so_the_chip_is_power_cycled() -> None:
    rig, meddler = meddled()
    before = sum(rig.bank.recoveries)
    meddler.meddle = Delay(rig.clock, "set_clock", 55_000, skip=24, cells=0)  # the chip stays awake
    readings = rig.run(0.5)
    assert faults(readings).count(Fault.LATE_CLOCK) == 1
    assert sum(rig.bank.recoveries) == before + 1


def test_conversions_missed_before_a_word_that_proves_nothing_are_reported() -> None:
    rig, meddler = meddled()
    before = rig.run(1)
    rig.clock.advance(100_000_000)  # then the last pulse of the first word after it is late
    meddler.meddle = Delay(rig.clock, "set_clock", 55_000, skip=24, cells=0)
    readings = rig.run(0.5)
    assert faults(readings).count(Fault.OVERRUN) >= 4 * 7
    result = rig.audit(before + readings)
    assert result.wrong == result.unexplained == 0


def test_a_delayed_last_bit_during_which_an_update_came_leaves_the_gain_known() -> None:
    rig, meddler = meddled()
    before = rig.run(1)
    lost = sum(rig.bank.recoveries)
    meddler.meddle = DelayedBit(rig, 25, 12_000_000)  # DOUT is low by then, for the next conversion
    readings = rig.run(0.5)
    result = rig.audit(before + readings)
    assert sum(rig.bank.recoveries) > lost
    assert Fault.DESYNC not in faults(readings)
    assert result.wrong == result.losses[Loss.SETTLING] == 0


def test_a_conversion_that_follows_a_held_up_word_at_once_is_read() -> None:
    rig, meddler = meddled()
    before = rig.run(1)
    meddler.meddle = hold_up = DelayedBit(rig, 10, until_update_ns=-350_000)
    readings = rig.run(0.5)
    cell = hold_up.cells.bit_length() - 1
    result = rig.audit(before + readings)
    assert faults(readings) == [Fault.LATE_READ]  # it cannot be known that the word was whole
    assert rig.clock.now_ns() - hold_up.update_ns > 400_000_000
    assert any(
        r.cell == cell and abs(r.t_ns - hold_up.update_ns) < 1_000_000 for r in readings if not r.fault
    )
    assert (result.wrong, result.missed) == (0, 1)


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


def test_a_chip_that_skips_a_conversion_while_it_is_watched_was_reset() -> None:
    rig = Rig(PERSON)
    readings = rig.run(3)
    chip = rig.chips[RR]
    # A reset just before an update: the next conversion comes where the one after it would have been.
    rig.clock.advance(chip.update_ns - rig.clock.now_ns() - 200_000)
    chip.reset(rig.clock.now_ns())
    readings += rig.run(1)
    assert rig.audit(readings).wrong == 0
    assert Fault.OVERRUN not in faults(readings, RR)


def test_a_chip_that_says_nothing_until_it_has_settled_is_waited_for() -> None:
    rig, meddler = meddled()
    for chip in rig.chips:
        chip.hides_unsettled = True
    meddler.meddle = Delay(rig.clock, "set_clock", 70_000, skip=10, cells=0)
    readings = rig.run(1)
    (hit,) = {r.cell for r in readings if r.fault is Fault.LATE_CLOCK}
    assert faults(readings, hit) == [Fault.LATE_CLOCK]
    assert len(good(readings, hit)) > 65
    assert rig.audit(readings).wrong == 0


# The rms of the dates is that of a long run: slow calls leave few good ones between two delays.
@pytest.mark.parametrize(("call_ns", "seconds"), [(5_000, 18), (20_000, 78)])
def test_with_delays_nothing_is_lost_that_could_have_been_read(call_ns: int, seconds: int) -> None:
    rig = Rig(PERSON, call_ns=call_ns, spikes=Spikes(), seed=4)
    rig.run_audited(2)  # the first period has to be measured
    result = rig.run_audited(seconds)
    valid = result.accepted + result.missed
    assert result.wrong == result.unexplained == 0
    hit = result.losses[Loss.STRUCK] + result.losses[Loss.COVERED]
    assert result.missed - hit - result.losses[Loss.YOUNG] <= 1
    assert result.losses[Loss.OTHER] == 0
    assert result.losses[Loss.STRUCK] < 0.05 * valid
    assert result.jitter_ns < 100_000  # a tenth of the poll interval
