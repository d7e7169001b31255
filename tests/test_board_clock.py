"""Clocks: virtual time, and virtual time in step with a real clock."""

from station.board.clock import PacedClock, VirtualClock


def test_virtual_time_passes_only_when_somebody_waits() -> None:
    clock = VirtualClock(5)
    assert clock.now_ns() == 5
    clock.sleep_ns(-3)
    clock.sleep_ns(10)
    assert clock.now_ns() == 15


def test_paced_time_never_runs_ahead_of_the_real_clock_and_wakes_a_computer_once_a_pace() -> None:
    real = VirtualClock(100)
    clock = PacedClock(real)
    clock.advance(40)
    assert real.now_ns() == 100
    clock.sleep_ns(60)
    a_pace_later = 200 + PacedClock.PACE_NS
    assert (clock.now_ns(), real.now_ns()) == (200, a_pace_later)
    for _ in range(4):
        clock.sleep_ns(PacedClock.PACE_NS // 4)
        assert clock.now_ns() <= real.now_ns() == a_pace_later
    clock.sleep_ns(1)
    assert real.now_ns() == a_pace_later + 1 + PacedClock.PACE_NS


def test_paced_time_takes_longer_steps_while_nobody_waits_for_it() -> None:
    real = VirtualClock(0)
    clock = PacedClock(real, idle=lambda: True)
    clock.sleep_ns(1)
    assert real.now_ns() == 1 + PacedClock.IDLE_PACE_NS


def test_paced_time_plays_a_short_delay_of_the_computer_again() -> None:
    real = VirtualClock(0)
    clock = PacedClock(real)
    real.advance(1_000_000_000)
    clock.sleep_ns(1_000_000)
    assert clock.now_ns() == 1_000_000


def test_paced_time_leaves_out_what_a_stopped_computer_slept_through() -> None:
    real = VirtualClock(0)
    clock = PacedClock(real)
    real.advance(60_000_000_000)
    clock.sleep_ns(1_000_000)
    assert clock.now_ns() == real.now_ns()
