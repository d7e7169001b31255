"""Troubles of the computer have a beginning and an end, and a date that cannot be is never called set."""

from datetime import UTC, datetime, timedelta

import pytest

from station.machine.date import BEFORE_RECORDS, BEFORE_RELEASE, JUMPED, SETTLES_S, WENT_BACK, DateWatch
from station.machine.troubles import TroubleWatch
from station.session.clock import WallClock
from station.session.machine_watch import MachineWatch, date_is_doubted
from station.training.health import MachineHealth, PowerState, Trouble

T0 = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
WEAK = MachineHealth(power_now=PowerState(undervoltage=True), power_since_start=PowerState(undervoltage=True))
DIPPED = MachineHealth(power_now=PowerState(), power_since_start=PowerState(undervoltage=True))
WELL = MachineHealth(power_now=PowerState(), power_since_start=PowerState())


def at(minutes: float) -> str:
    return (T0 + timedelta(minutes=minutes)).isoformat()


def test_weak_power_has_a_beginning_and_an_end() -> None:
    watch = TroubleWatch()
    assert not watch.look(WELL, at(0), clock="synced")
    assert watch.look(WEAK, at(1), clock="synced")
    assert not watch.look(WEAK, at(2), clock="synced")
    assert watch.troubles == (Trouble(kind="undervoltage", since=at(1)),)
    assert watch.look(DIPPED, at(3), clock="synced")
    assert watch.troubles == (Trouble(kind="undervoltage", since=at(1), until=at(3)),)


def test_weak_power_again_within_the_hour_is_the_same_trouble_counted_twice() -> None:
    watch = TroubleWatch()
    for minute, machine in ((1, WEAK), (2, DIPPED), (30, WEAK)):
        watch.look(machine, at(minute), clock="synced")
    assert watch.troubles == (Trouble(kind="undervoltage", since=at(1), times=2),)


def test_a_dip_between_two_looks_is_told_as_one_that_is_over() -> None:
    watch = TroubleWatch()
    watch.look(WELL, at(0), clock="synced")
    assert watch.look(DIPPED, at(1), clock="synced")
    (dip,) = watch.troubles
    assert (dip.kind, dip.since, dip.until) == ("undervoltage", at(1), at(1))
    assert not watch.look(DIPPED, at(2), clock="synced")


def test_what_a_restart_left_open_ends_at_the_first_look_that_does_not_find_it() -> None:
    watch = TroubleWatch([Trouble(kind="hot", since=at(0))])
    assert watch.look(MachineHealth(cpu_c=50.0), at(9), clock="synced")
    assert watch.troubles == (Trouble(kind="hot", since=at(0), until=at(9)),)


def test_heat_that_hovers_at_the_limit_is_one_trouble() -> None:
    watch = TroubleWatch()
    for minute, hot_c in enumerate((81.0, 79.0, 80.5, 76.0)):
        watch.look(MachineHealth(cpu_c=hot_c), at(minute), clock="synced")
    assert watch.troubles == (Trouble(kind="hot", since=at(0), detail="81 °C"),)


@pytest.mark.parametrize("machine", [MachineHealth(), WELL, MachineHealth(fan_rpm=0, cpu_c=40.0)])
def test_nothing_is_invented_of_a_computer_that_tells_nothing_or_is_well(machine: MachineHealth) -> None:
    watch = TroubleWatch()
    assert not watch.look(machine, at(0), clock="synced")


def test_no_more_than_twelve_troubles_are_kept() -> None:
    watch = TroubleWatch()
    for hour in range(40):
        watch.look(WEAK, at(hour * 180), clock="synced")
        watch.look(DIPPED, at(hour * 180 + 1), clock="synced")
    assert len(watch.troubles) == 12
    assert watch.troubles[0].since == at(39 * 180)


def test_a_date_before_the_release_is_never_believed_however_long_it_goes_on() -> None:
    watch = DateWatch(released=T0)
    for second in range(0, 10_000, 100):
        old = T0 - timedelta(days=400) + timedelta(seconds=second)
        assert watch.look(old, second, synced=True) == BEFORE_RELEASE
    assert watch.look(T0 + timedelta(days=1), 10_000, synced=True) in {"", JUMPED}


def test_a_date_before_the_records_is_doubted_until_it_has_settled() -> None:
    watch = DateWatch(T0 + timedelta(days=9), released=T0)
    assert watch.look(T0, 0, synced=True) == BEFORE_RECORDS
    assert watch.look(T0 + timedelta(seconds=SETTLES_S), SETTLES_S, synced=True) == ""
    assert watch.newest == T0 + timedelta(seconds=SETTLES_S)


@pytest.mark.parametrize(
    ("moved", "doubt"), [(timedelta(days=-2), WENT_BACK), (timedelta(days=4000), JUMPED)]
)
def test_a_set_date_that_moves_while_the_station_runs_is_doubted(moved: timedelta, doubt: str) -> None:
    watch = DateWatch(released=T0 - timedelta(days=30))
    watch.look(T0, 0, synced=True)
    assert watch.look(T0 + moved, 5, synced=True) == doubt
    assert watch.newest == T0  # a date that is doubted pulls nothing after it


def test_the_step_that_sets_a_clock_is_no_trouble_and_neither_is_a_small_correction() -> None:
    watch = DateWatch(released=T0)
    assert watch.look(T0 - timedelta(days=9000), 0, synced=False) == BEFORE_RELEASE
    assert watch.look(T0 + timedelta(days=2), 5, synced=True) == ""
    assert watch.look(T0 + timedelta(days=2, seconds=8), 10, synced=True) == ""


class Kept(dict[str, bytes]):
    def note(self, key: str) -> bytes | None:
        return self.get(key)

    def remember(self, key: str, value: bytes) -> None:
        self[key] = value


def test_a_date_found_impossible_stamps_unsynced_here_and_in_the_process_beside() -> None:
    now, notes = [T0], Kept()
    wall = WallClock(lambda: now[0], lambda: True)
    watch = MachineWatch(notes, lambda: WELL, wall, log=lambda _: None, mono_s=lambda: 5.0)
    stamped = WallClock(wall.now, watch.synced)
    assert stamped.state() == "synced"
    now[0] = T0 + timedelta(days=3000)
    assert stamped.state() == "unsynced"
    assert watch.look(0)
    assert [trouble.kind for trouble in watch.troubles] == ["date"]
    assert date_is_doubted(notes, watch._boot)
    assert not date_is_doubted(notes, "another boot")
    again = MachineWatch(notes, lambda: WELL, wall, log=lambda _: None, mono_s=lambda: 5.0)
    assert again.troubles == watch.troubles


def test_data_taken_while_the_power_was_weak_say_so_and_no_other() -> None:
    machine = [WELL]
    wall = WallClock(lambda: T0, lambda: True)
    watch = MachineWatch(Kept(), lambda: machine[0], wall, log=lambda _: None)
    assert watch.doubts(0, 1_000) == {}
    machine[0] = WEAK
    assert watch.turn(10_000_000_000)
    machine[0] = DIPPED
    watch.turn(20_000_000_000)
    assert watch.doubts(5_000_000_000, 21_000_000_000) == {"undervoltage": True}
    assert watch.doubts(21_000_000_000, 30_000_000_000) == {}
