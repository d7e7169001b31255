"""What breaks on the simulated board: as it is asked for, when it holds, and what the driver makes of it."""

from collections import Counter
from typing import get_args, get_type_hints

import pytest

from station.board.breakdown import KINDS, Breakdown, Breakdowns, Kind, Spec, parse_spec
from station.board.clock import VirtualClock
from station.board.hx711 import Hx711Bank
from station.board.load import Forces, StillLoad
from station.board.simulated import ChipFault
from station.board.simulated_pins import SimulatedPins, simulated_chips
from station.errors import ConfigError
from station.session.protocol import SimulateFault
from station.sway.reading import Fault, Reading

S = 1_000_000_000
FL, FR, RL, RR = range(4)
FORCES = Forces(100.0, 200.0, 300.0, 400.0)


class Bench:
    """Four chips under four different forces, their driver, and what is broken."""

    def __init__(self) -> None:
        self.clock = VirtualClock(S)
        self.pins = SimulatedPins(simulated_chips(StillLoad(FORCES), now_ns=S), self.clock)
        self.tares = [chip.tare_counts for chip in self.pins.chips]
        self.broken = Breakdowns(self.pins)
        self.bank = Hx711Bank(self.pins, self.clock)

    def fail(self, kind: Kind, *cells: int, from_s: float = 0.0, to_s: float | None = None) -> None:
        """Let it break; times count from now."""
        now_ns = self.clock.now_ns()
        to_ns = None if to_s is None else now_ns + round(to_s * S)
        self.broken.add(Breakdown(kind, cells, now_ns + round(from_s * S), to_ns))

    def run(self, seconds: float) -> list[Reading]:
        readings: list[Reading] = []
        end_ns = self.clock.now_ns() + round(seconds * S)
        while self.clock.now_ns() < end_ns:
            self.broken.advance(self.clock.now_ns())
            readings += self.bank.poll()
            self.clock.sleep_ns(1_000_000)
        return readings

    def force_n(self, readings: list[Reading], cell: int) -> float:
        good = [r.counts for r in readings if r.cell == cell and r.fault is Fault.NONE]
        return (sum(good) / len(good) - self.tares[cell]) / 2000

    def settled(self) -> "Bench":
        self.run(2)
        return self


def faults(readings: list[Reading], cell: int) -> Counter[Fault]:
    return Counter(r.fault for r in readings if r.cell == cell)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("unplugged:FR@12s", Spec("unplugged", ("FR",), 12.0)),
        ("unplugged:FR@12s-15s", Spec("unplugged", ("FR",), 12.0, 15.0)),
        ("slow:RL@0.5-1.5", Spec("slow", ("RL",), 0.5, 1.5)),
        ("swapped:FL,RR", Spec("swapped", ("FL", "RR"))),
        ("late@5s", Spec("late", (), 5.0)),
        ("saturated:RR", Spec("saturated", ("RR",))),
    ],
)
def test_a_fault_is_asked_for_in_one_word(text: str, spec: Spec) -> None:
    assert parse_spec(text) == spec


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not understood"),
        ("unplugged:FR@", "not understood"),
        ("unplugged:FR@12s-15s-18s", "not understood"),
        ("burnt:FR", "'burnt' is no fault"),
        ("none:FR", "'none' is no fault"),
        ("unplugged:XX", "'XX' is no cell; the cells are FL, FR, RL, RR"),
        ("unplugged", "names one cell"),
        ("unplugged:FL,FR", "names one cell, not 'FL,FR'"),
        ("swapped:FL", "names two cells"),
        ("swapped:FL,FL", "names two cells"),
        ("late:FR", "names no cell"),
        ("unplugged:FR@15s-12s", "it would end at 12 s, before it begins at 15 s"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_with_what_is_allowed(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_spec(text)
    assert str(refused.value).startswith(f"--fault {text}: ")
    assert says in str(refused.value)


def test_the_packet_of_the_session_knows_the_same_kinds() -> None:
    assert get_args(get_type_hints(SimulateFault)["kind"]) == KINDS
    assert {kind.value for kind in ChipFault} <= set(KINDS)


def test_an_unplugged_chip_is_silent_and_the_other_three_go_on() -> None:
    bench = Bench().settled()
    bench.fail("unplugged", FR)
    during = bench.run(2)
    assert set(faults(during, FR)) == {Fault.SILENT}
    assert all(faults(during, cell)[Fault.NONE] > 150 for cell in (FL, RL, RR))


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("stuck-high", Fault.SILENT),
        ("stuck-low", Fault.DESYNC),
        ("saturated", Fault.SATURATED),
        ("slow", Fault.SILENT),
    ],
)
def test_a_broken_chip_is_void_for_its_own_reason(kind: Kind, fault: Fault) -> None:
    bench = Bench().settled()
    bench.fail(kind, RL)
    assert faults(bench.run(1), RL).most_common(1)[0][0] is fault


@pytest.mark.parametrize("kind", ["unplugged", "stuck-high", "stuck-low", "saturated"])
def test_what_ends_by_itself_is_whole_again_without_a_restart(kind: Kind) -> None:
    bench = Bench().settled()
    bench.fail(kind, FR, from_s=1, to_s=2)
    before, _, _, after = bench.run(0.9), bench.run(1), bench.run(1.5), bench.run(1)
    assert set(faults(before, FR)) == {Fault.NONE}
    assert set(faults(after, FR)) == {Fault.NONE}
    assert bench.force_n(after, FR) == pytest.approx(FORCES.fr_n, abs=0.2)


def test_an_inverted_cell_reads_less_when_it_is_pressed() -> None:
    bench = Bench()
    bench.fail("inverted", RR)
    bench.settled()
    assert bench.force_n(bench.run(1), RR) == pytest.approx(
        -FORCES.rr_n - 2 * bench.tares[RR] / 2000, abs=0.2
    )


def test_swapped_cells_feel_the_corner_of_the_other_and_may_be_swapped_back() -> None:
    bench = Bench()
    bench.fail("swapped", FL, RR, to_s=4)
    bench.settled()
    swapped = bench.run(1)
    assert bench.force_n(swapped, FL) == pytest.approx(FORCES.rr_n, abs=0.2)
    assert bench.force_n(swapped, RR) == pytest.approx(FORCES.fl_n, abs=0.2)
    bench.run(1.5)
    assert bench.force_n(bench.run(1), FL) == pytest.approx(FORCES.fl_n, abs=0.2)


def test_late_calls_void_readings_and_accept_no_wrong_one() -> None:
    bench = Bench().settled()
    bench.fail("late")
    readings = bench.run(20)
    assert any(r.fault is not Fault.NONE for r in readings)
    assert all(
        abs((r.counts - bench.tares[r.cell]) / 2000 - FORCES[r.cell]) < 2
        for r in readings
        if r.fault is Fault.NONE
    )


def test_mending_a_cell_leaves_the_others_broken() -> None:
    bench = Bench().settled()
    bench.fail("unplugged", FL)
    bench.fail("unplugged", RR)
    bench.run(1)
    bench.fail("none", FL)
    bench.run(1)
    after = bench.run(1)
    assert set(faults(after, FL)) == {Fault.NONE}
    assert set(faults(after, RR)) == {Fault.SILENT}


def test_mending_without_a_cell_mends_everything() -> None:
    bench = Bench().settled()
    bench.fail("stuck-low", FL)
    bench.fail("late")
    bench.run(1)
    bench.fail("none")
    bench.run(1)
    assert {r.fault for r in bench.run(2)} == {Fault.NONE}


def test_of_two_faults_of_a_chip_the_later_asked_holds_and_then_the_earlier_again() -> None:
    bench = Bench().settled()
    bench.fail("stuck-high", FL)
    bench.fail("saturated", FL, to_s=1)
    bench.run(0.5)
    assert bench.pins.chips[FL].fault is ChipFault.SATURATED
    bench.run(1)
    assert bench.pins.chips[FL].fault is ChipFault.STUCK_HIGH
