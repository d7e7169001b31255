"""Clocks: virtual time, and virtual time in step with a real clock."""

from station.board.clock import PacedClock, VirtualClock


def test_virtual_time_passes_only_when_somebody_waits() -> None:
    clock = VirtualClock(5)
    assert clock.now_ns() == 5
    clock.sleep_ns(-3)
    clock.sleep_ns(10)
    assert clock.now_ns() == 15


def test_paced_time_waits_for_the_real_clock() -> None:
    real = VirtualClock(100)
    clock = PacedClock(real)
    clock.advance(40)
    assert real.now_ns() == 100
    clock.sleep_ns(60)
    assert (clock.now_ns(), real.now_ns()) == (200, 200)


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
