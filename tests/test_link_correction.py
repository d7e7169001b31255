"""A time of an unset clock is known once the clock is set, within one boot."""

import msgspec

from station.link.correction import corrected
from tests.test_session_store import HEADER

NOW = msgspec.structs.replace(HEADER, t="2026-05-04T09:00:00.000Z", mono_ms=600_000, boot="b", clock="synced")
MADE = msgspec.structs.replace(NOW, t="1970-01-01T00:01:00.000Z", mono_ms=60_000, clock="unsynced")


def test_within_one_boot_the_monotonic_clock_tells_when_it_was() -> None:
    assert corrected(MADE, NOW) == "2026-05-04T08:51:00.000Z"


def test_nobody_knows_the_time_of_another_boot_or_while_the_clock_is_unset() -> None:
    assert corrected(MADE, msgspec.structs.replace(NOW, boot="c")) is None
    assert corrected(MADE, msgspec.structs.replace(NOW, clock="unsynced")) is None


def test_what_a_set_clock_said_stays() -> None:
    assert corrected(msgspec.structs.replace(MADE, clock="synced"), NOW) is None


def test_a_time_that_is_none_is_not_corrected() -> None:
    assert corrected(msgspec.structs.replace(MADE, mono_ms=2**62), NOW) is None
