"""When something was begun, told at its end."""

from station.session.begun import Begun, begun
from station.session.moment import Moment

UNSET = Moment(t="1970-01-01T00:01:00.000Z", day="1970-01-01", boot="a", mono_s=60.0, synced=False)
NOW = Moment(t="2026-05-04T09:00:00.000Z", day="2026-05-04", boot="a", mono_s=360.0, synced=True)
LATER = Moment(t="2026-05-04T09:00:00.000Z", day="2026-05-04", boot="b", mono_s=360.0, synced=True)


def test_a_clock_that_was_set_meanwhile_tells_when_it_was_begun() -> None:
    assert begun(UNSET, UNSET.t, NOW) == Begun("2026-05-04T08:55:00.000Z", "synced")


def test_of_another_boot_or_with_a_clock_still_unset_nobody_knows() -> None:
    assert begun(UNSET, UNSET.t, LATER) == Begun(UNSET.t, "unsynced")
    assert begun(UNSET, UNSET.t, UNSET) == Begun(UNSET.t, "unsynced")


def test_what_a_set_clock_said_stays_and_so_does_what_an_older_station_kept() -> None:
    assert begun(NOW, NOW.t, LATER) == Begun(NOW.t, "synced")
    assert begun(None, UNSET.t, NOW) == Begun(UNSET.t, "synced")


def test_a_moment_after_the_beginning_tells_by_how_much_the_clock_was_set() -> None:
    assert begun(UNSET, "1970-01-01T00:00:30Z", NOW) == Begun("2026-05-04T08:54:30.000Z", "synced")
