"""A fault that lasts a second or comes again is named once, with what to do."""

import pytest

from station.session.fault_watch import ADVICE, CONSEQUENCES, FaultWatch, StationFault
from station.sway.reading import Fault, Reading

MS = 1_000_000


def feed(
    watch: FaultWatch, *, from_ms: int, to_ms: int, bad: int | None = None, fault: Fault = Fault.SILENT
) -> list[StationFault]:
    """Four cells, a reading each every 12 ms; cell `bad` is void."""
    told = []
    for t_ms in range(from_ms, to_ms, 12):
        for cell in range(4):
            told += watch.push(Reading(t_ms * MS, cell, 0, fault if cell == bad else Fault.NONE))
        told += watch.advance(t_ms * MS)
    return told


def test_a_sound_board_is_not_told_of() -> None:
    assert feed(FaultWatch(), from_ms=0, to_ms=5000) == []


@pytest.mark.parametrize("fault", [f for f in ADVICE if f is not Fault.RESTARTED])
def test_a_fault_older_than_a_second_is_named_once_with_its_cell_and_advice(fault: Fault) -> None:
    watch = FaultWatch()
    assert feed(watch, from_ms=0, to_ms=900, bad=1, fault=fault) == []
    (told,) = feed(watch, from_ms=900, to_ms=20_000, bad=1, fault=fault)
    assert (told.cell, told.fault, told.kind) == ("FR", fault.name.lower(), "lasting")
    assert told.advice


def test_short_faults_are_told_when_they_come_again_and_again() -> None:
    watch = FaultWatch()
    told = []
    for n in range(5):
        told += feed(watch, from_ms=n * 2000, to_ms=n * 2000 + 100, bad=2, fault=Fault.DESYNC)
        told += feed(watch, from_ms=n * 2000 + 108, to_ms=n * 2000 + 1900)
    assert [(t.cell, t.kind) for t in told] == [("RL", "repeated")]


def test_a_few_faults_an_hour_are_nothing_to_tell() -> None:
    watch = FaultWatch()
    told = []
    for n in range(10):
        told += feed(watch, from_ms=n * 60_000, to_ms=n * 60_000 + 50, bad=2, fault=Fault.DESYNC)
        told += feed(watch, from_ms=n * 60_000 + 60, to_ms=n * 60_000 + 120)
        watch.push(Reading((n * 60_000 + 59_000) * MS, 0, 0, Fault.NONE))
    assert told == []


def test_a_board_that_is_still_starting_is_no_fault_and_one_that_never_starts_is() -> None:
    watch = FaultWatch()
    assert [told for s in range(15) for told in watch.advance(7_000 * MS + s * 1000 * MS)] == []
    (told,) = watch.advance(22_000 * MS)
    assert (told.fault, told.cell) == ("silent", None)


def test_a_board_that_says_nothing_at_all_is_told_of_as_a_whole() -> None:
    watch = FaultWatch()
    feed(watch, from_ms=0, to_ms=1000)
    assert watch.advance(1900 * MS) == []
    (told,) = watch.advance(2100 * MS)
    assert told.cell is None
    assert watch.advance(60_000 * MS) == []


def test_every_fault_has_advice() -> None:
    assert set(ADVICE) | set(CONSEQUENCES) | {Fault.NONE} == set(Fault)
