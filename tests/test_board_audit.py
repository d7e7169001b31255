"""The audit must be able to catch a driver out."""

import pytest

from benchmarks.rivals import Bench
from station.board.audit import GRACE_NS, START_NS, Audit, Auditor, Loss
from station.board.clock import VirtualClock
from station.board.load import EMPTY, StillLoad
from station.board.simulated import Conversion
from station.board.simulated_pins import SimulatedPins, Spike, Spikes, simulated_chips
from station.sway.reading import Fault, Reading

MS = 1_000_000
PERIOD_NS = 12 * MS
END_NS = START_NS + 10 * PERIOD_NS + 2 * GRACE_NS


def conversion_ns(number: int) -> int:
    return START_NS + number * PERIOD_NS


def audited(*readings: Reading, settled: bool = True, spike: Spike | None = None) -> Audit:
    """Ten conversions of the first cell with counts 0 to 9, and what a driver made of them."""
    auditor = Auditor()
    auditor.truth += [Conversion(conversion_ns(n), 0, n, settled or n < 5) for n in range(11)]
    if spike:
        auditor.spikes.append(spike)
    auditor.hear(readings, END_NS)
    return auditor.finish(END_NS)


def good(number: int, *, counts: int | None = None, late_ns: int = 0) -> Reading:
    return Reading(conversion_ns(number) + late_ns, 0, number if counts is None else counts, Fault.NONE)


ALL_GOOD = tuple(good(number) for number in range(10))


def test_a_faithful_driver_has_nothing_wrong_or_missing() -> None:
    result = audited(*ALL_GOOD)
    assert (result.accepted, result.wrong, result.missed) == (10, 0, 0)


def test_another_value_than_was_converted_is_wrong() -> None:
    assert audited(*ALL_GOOD[:4], good(4, counts=5), *ALL_GOOD[5:]).wrong == 1


def test_the_same_conversion_twice_is_wrong() -> None:
    assert audited(*ALL_GOOD, good(9, late_ns=MS)).wrong == 1


def test_a_value_from_before_the_filter_settled_is_wrong() -> None:
    assert audited(*ALL_GOOD, settled=False).wrong == 5


def test_a_gap_without_a_void_is_unexplained() -> None:
    result = audited(*ALL_GOOD[:4], *ALL_GOOD[9:])
    assert (result.missed, result.unexplained) == (5, 5)


@pytest.mark.parametrize(
    ("cells", "why"), [(0b0001, Loss.STRUCK), (0b0010, Loss.COVERED)], ids=["in its read", "elsewhere"]
)
def test_a_delay_explains_what_it_hit(cells: int, why: Loss) -> None:
    spike = Spike(conversion_ns(5) + MS // 10, conversion_ns(6) - MS // 10, cells)
    result = audited(*ALL_GOOD[:5], *ALL_GOOD[6:], spike=spike)
    assert (result.missed, result.losses) == (1, {why: 1})


def test_every_delay_of_a_row_within_a_read_is_laid_to_that_read() -> None:
    spikes: list[Spike] = []
    always = Spikes(share=1.0, shortest_ns=MS, longest_ns=MS)
    pins = SimulatedPins(simulated_chips(StillLoad(EMPTY)), VirtualClock(START_NS), log=spikes.append)
    pins.data()
    pins.delay_calls(always)
    pins.set_clock(0b0101)
    pins.set_clock(0)
    pins.data()
    assert [spike.cells for spike in spikes] == [0b0101, 0b0101, 0b0101]
    for _ in range(3):
        pins.data()
    assert spikes[-1].cells == 0


def test_a_read_that_a_delay_kept_up_is_to_blame_for_what_its_rest_ran_over() -> None:
    spike = Spike(conversion_ns(4) + MS, conversion_ns(5) - MS // 10, 0b0001)
    result = audited(*ALL_GOOD[:5], *ALL_GOOD[6:], spike=spike)
    assert result.losses == {Loss.STRUCK: 1}


@pytest.mark.parametrize(("fault", "why"), [(Fault.SETTLING, Loss.SETTLING), (Fault.LATE_READ, Loss.YOUNG)])
def test_what_caution_costs_is_counted_apart(fault: Fault, why: Loss) -> None:
    result = audited(*ALL_GOOD[:5], Reading(conversion_ns(5), 0, 0, fault), *ALL_GOOD[6:])
    assert (result.losses, result.unexplained) == ({why: 1}, 0)


@pytest.mark.parametrize(
    ("left_ns", "why"), [(5 * MS // 2, Loss.GUARD), (3 * MS, Loss.OTHER)], ids=["in the guard", "no excuse"]
)
def test_a_stretch_that_is_long_enough_but_for_the_guard_is_the_guards(left_ns: int, why: Loss) -> None:
    auditor = Auditor()
    auditor.truth += [Conversion(conversion_ns(n), 0, n, settled=True) for n in range(71)]
    auditor.spikes.append(Spike(conversion_ns(65), conversion_ns(66) - left_ns, 0b0010))
    end_ns = conversion_ns(70) + 2 * GRACE_NS
    auditor.hear([good(n) for n in range(70) if n != 65], end_ns)
    assert auditor.finish(end_ns).losses == {why: 1}


def test_dates_are_judged_by_their_spread() -> None:
    result = audited(*(good(n, late_ns=MS if n % 2 else -MS) for n in range(10)))
    assert (result.offset_ns, result.jitter_ns) == (0, MS)


def test_a_reader_of_a_shared_clock_is_caught_with_words_of_two_conversions() -> None:
    assert Bench(None).audited("shared clock", 20).wrong > 0
