"""What a check says of the computer."""

from station.check.computer import WORDS, of_computer
from station.training.health import Trouble


def test_what_lasts_comes_first_and_says_since_when() -> None:
    over = Trouble(kind="hot", since="2026-11-29T06:00:00Z", until="2026-11-29T06:20:00Z", detail="84 °C")
    weak = Trouble(kind="undervoltage", since="2026-11-29T07:15:02Z")
    first, second = of_computer([over, weak])
    assert first.text.startswith("power supply too weak since 2026-11-29 07:15; use the one made")
    assert second.text.startswith(
        "the computer was too hot from 2026-11-29 06:00 to 2026-11-29 06:20 (84 °C); give"
    )
    assert not first.fatal
    assert not second.fatal


def test_an_unset_clock_is_said_and_a_kind_of_a_newer_station_is_passed_over() -> None:
    troubles = [Trouble(kind=kind, since="1970-01-01T00:00:09Z", clock="unsynced") for kind in WORDS]
    found = of_computer([*troubles, Trouble(kind="flooded", since="2026-11-29T07:15:02Z")])
    assert len(found) == len(WORDS)
    assert all("by a clock that was not set" in finding.text for finding in found)
