"""The simulated chip keeps to the datasheet, edge by edge."""

import statistics

import pytest

from station.board.clock import VirtualClock
from station.board.load import Forces, Plate, StillLoad
from station.board.simulated import NOMINAL_COUNTS_PER_N, ChipFault, Conversion, SimulatedHx711
from station.board.simulated_pins import SimulatedPins, simulated_chips

ONLY = 0b0001


class Bench:
    """One chip of four, clocked by hand at 1 µs an edge."""

    def __init__(self) -> None:
        self.clock = VirtualClock(1_000_000_000)
        self.truth: list[Conversion] = []
        self.load = StillLoad(Forces(100.0, 0.0, 0.0, 0.0))
        self.chips = tuple(
            SimulatedHx711(
                cell, self.load, now_ns=self.clock.now_ns(), log=self.truth.append if cell == 0 else None
            )
            for cell in range(4)
        )
        self.chip = self.chips[0]
        self.pins = SimulatedPins(self.chips, self.clock, call_ns=1_000)

    @property
    def level(self) -> int:
        return self.pins.data() & ONLY

    def wait_ready(self) -> None:
        while self.level:
            self.clock.advance(10_000)

    def pulse(self, high_ns: int = 1_000) -> int:
        self.pins.set_clock(ONLY)
        self.clock.advance(high_ns)
        self.pins.set_clock(0)
        return self.level

    def word(self, pulses: int = 25) -> int:
        bits = [self.pulse() for _ in range(pulses)]
        word = int("".join(map(str, bits[:24])), 2)
        return word - (1 << 24) if word >> 23 else word

    def settle(self) -> None:
        for _ in range(6):
            self.wait_ready()
            self.word()


def test_a_word_is_the_newest_conversion_most_significant_bit_first() -> None:
    bench = Bench()
    bench.settle()
    bench.wait_ready()
    assert bench.word() == bench.truth[-1].counts
    assert bench.truth[-1].settled


def test_dout_is_high_after_the_25th_pulse_until_the_next_conversion() -> None:
    bench = Bench()
    bench.settle()
    assert bench.level == 1
    bench.clock.advance(bench.chip.update_ns - bench.clock.now_ns())
    assert bench.level == 0


def test_dout_is_high_for_75_us_before_an_update_nobody_read_for() -> None:
    bench = Bench()
    bench.settle()
    bench.wait_ready()
    bench.clock.advance(bench.chip.update_ns - 76_000 - 1_000 - bench.clock.now_ns())
    assert bench.level == 0
    bench.clock.advance(2_000)
    assert bench.level == 1
    bench.clock.advance(80_000)
    assert bench.level == 0


@pytest.mark.parametrize(("high_ns", "asleep"), [(50_000, False), (70_000, True)])
def test_a_clock_high_for_over_60_us_powers_the_chip_down(high_ns: int, asleep: bool) -> None:
    bench = Bench()
    bench.settle()
    bench.wait_ready()
    bench.pulse(high_ns)
    bench.clock.advance(bench.chip.update_ns - bench.clock.now_ns())
    bench.pins.data()
    assert bench.truth[-1].settled is not asleep


def test_a_sleeping_chip_makes_no_conversions() -> None:
    bench = Bench()
    bench.settle()
    made = len(bench.truth)
    bench.pins.set_clock(ONLY)
    bench.clock.advance(10_000_000_000)
    assert bench.level == 1
    assert len(bench.truth) == made


def test_27_pulses_halve_the_gain_and_let_the_filter_settle_anew() -> None:
    bench = Bench()
    bench.chip.noise_counts = 0
    bench.settle()
    bench.wait_ready()
    full = bench.word(27)
    settled = []
    for _ in range(6):
        bench.wait_ready()
        half = bench.word(27)
        settled.append(bench.truth[-1].settled)
    assert settled == [False, False, False, False, True, True]
    assert half == pytest.approx(full / 2, abs=1)


def test_chips_keep_their_own_rates_between_80_and_94() -> None:
    chips = simulated_chips(StillLoad(), seed=4)
    assert len({chip.sps for chip in chips}) == 4
    assert all(80 <= chip.sps <= 94 for chip in chips)


def test_chips_have_tares_of_their_own_and_noise_like_25_g() -> None:
    truth: list[Conversion] = []
    for cell in range(4):
        SimulatedHx711(cell, StillLoad(), log=truth.append).advance(60_000_000_000)
    means = []
    for cell in range(4):
        counts = [c.counts for c in truth if c.cell == cell and c.settled]
        grams = statistics.pstdev(counts) / NOMINAL_COUNTS_PER_N / 9.80665 * 1000
        assert grams == pytest.approx(25, rel=0.05)
        means.append(statistics.fmean(counts))
    assert all(10_000 <= mean <= 60_000 for mean in means)
    assert len({round(mean, -2) for mean in means}) == 4


def test_the_same_seed_gives_the_same_counts() -> None:
    runs: list[list[Conversion]] = []
    for _ in range(2):
        runs.append([])
        SimulatedHx711(2, StillLoad(), seed=9, log=runs[-1].append).advance(1_000_000_000)
    assert runs[0] == runs[1]
    assert len(runs[0]) > 70


@pytest.mark.parametrize(
    ("fault", "level"), [(ChipFault.UNPLUGGED, 1), (ChipFault.STUCK_HIGH, 1), (ChipFault.STUCK_LOW, 0)]
)
def test_a_broken_line_reads_the_same_for_ever(fault: ChipFault, level: int) -> None:
    bench = Bench()
    bench.settle()
    bench.pins.break_down(0, fault)
    seen = set()
    for _ in range(200):
        seen.add(bench.level)
        bench.clock.advance(500_000)
    assert seen == {level}


def test_an_inverted_cell_counts_down_under_load() -> None:
    bench = Bench()
    bench.chip.noise_counts = 0
    bench.pins.break_down(0, ChipFault.INVERTED)
    bench.settle()
    bench.load.forces = Forces(200.0, 0.0, 0.0, 0.0)
    before = bench.truth[-1].counts
    bench.wait_ready()
    assert bench.word() == pytest.approx(before - 100 * NOMINAL_COUNTS_PER_N, abs=1)


def test_swapped_cables_let_a_chip_feel_the_other_corner() -> None:
    bench = Bench()
    bench.chip.noise_counts = 0
    bench.pins.swap(0, 3)
    bench.settle()
    assert bench.truth[-1].counts == pytest.approx(bench.chip.tare_counts, abs=1)


def test_corners_add_up_to_the_load_and_to_its_centre_of_pressure() -> None:
    fl_n, fr_n, rl_n, rr_n = Plate(400.0, 300.0).corners_n(700.0, 35.0, -60.0)
    load_n = fl_n + fr_n + rl_n + rr_n
    assert load_n == pytest.approx(700)
    assert 200 * (fr_n + rr_n - fl_n - rl_n) / load_n == pytest.approx(35)
    assert 150 * (fl_n + fr_n - rl_n - rr_n) / load_n == pytest.approx(-60)
