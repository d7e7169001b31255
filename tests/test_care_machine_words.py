"""How a station is, in words with a light."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from station.link.messages import Birth, ToldLimits
from station.training.health import BoardHealth, MachineHealth, PowerState, Trouble
from station.training.prescription import Limits
from ui.care.words.machine import machine_lines

NOW = datetime(2026, 5, 4, tzinfo=UTC)
WELL = MachineHealth(
    model="Raspberry Pi 4 Model B", os="Debian GNU/Linux 12 (bookworm)", python="3.11.2", cpu_c=48.3,
    power_now=PowerState(), power_since_start=PowerState(), disk_free_mb=12_000, memory_mb=3978,
    memory_free_mb=2954, uptime_s=93_784.0,
)  # fmt: skip
BOARD = BoardHealth(
    sps=(86.4, 87.0, None, 83.1), noises_n=(0.21, 0.25, None, 0.3), calibrated="2026-04-01T09:00:00Z"
)


BIRTH = Birth(
    sw="0.1.0", cal="nominal", alg="cop-1", rx_version=None, outbox_depth=0, outbox_oldest_s=None,
    limits=ToldLimits.of(Limits()), sim=False, board=BOARD,
)  # fmt: skip


def said(machine: MachineHealth | None = WELL, clock: str = "synced", **changed: Any) -> dict[str, str]:
    lines = machine_lines(msgspec.structs.replace(BIRTH, machine=machine, **changed), clock, NOW)
    return {line.words: line.light for line in lines}


def test_a_station_that_is_well_has_green_lights_only_and_tells_versions_cells_and_calibration() -> None:
    lines = said()
    assert set(lines.values()) == {"good"}
    assert "station 0.1.0, Debian GNU/Linux 12 (bookworm), Raspberry Pi 4 Model B, Python 3.11.2" in lines
    assert "FL: 86 a second, noise 0.21 N" in lines
    assert not any(words.startswith("RL") for words in lines), "of a silent cell nothing is made up"
    assert "calibrated 32 days ago" in lines
    assert "running for 26 hours" in lines


@pytest.mark.parametrize(
    ("change", "light", "words"),
    [
        (
            {"troubles": (Trouble(kind="undervoltage", since="2026-11-29T07:15:02Z"),)},
            "bad",
            "Power supply too weak since 2026-11-29 07:15: use the original one",
        ),
        (
            {"troubles": (Trouble(kind="date", since="2026-11-29T07:15:02Z", clock="unsynced"),)},
            "check",
            "cannot be right since 2026-11-29 07:15 (clock not set)",
        ),
        ({"power_now": PowerState(undervoltage=True)}, "bad", "power supply is too weak: use the original"),
        ({"power_since_start": PowerState(undervoltage=True)}, "check", "was too weak since the last start"),
        ({"power_now": None, "power_since_start": None}, "none", "power supply: not known"),
        ({"cpu_c": 84.0}, "bad", "too hot (84 °C)"),
        ({"disk_free_mb": 300}, "check", "nearly full (300 MB free)"),
        ({"disk_free_mb": 10}, "bad", "nearly full (10 MB free)"),
        ({"memory_free_mb": 50}, "check", "50 of 3978 MB"),
    ],
)
def test_what_is_wrong_with_the_computer_has_its_light(
    change: dict[str, Any], light: str, words: str
) -> None:
    lines = said(msgspec.structs.replace(WELL, **change))
    assert [found for line, found in lines.items() if words in line] == [light]


def test_an_unset_clock_a_long_wait_and_dropped_traces_are_to_be_looked_at() -> None:
    lines = said(clock="unsynced", outbox_depth=3, outbox_oldest_s=300_000.0, traces_dropped=(2, 1))
    assert sorted(words for words, light in lines.items() if light == "check") == [
        "3 messages waited, the oldest for 3 days",
        "Its clock is not set: times are corrected once it reaches the network",
        "raw traces dropped on a full disk: 2 known here, 1 never sent",
    ]


def test_the_worst_stands_first_and_an_older_station_is_shown_with_what_it_tells() -> None:
    assert next(iter(said(msgspec.structs.replace(WELL, cpu_c=90.0)).values())) == "bad"
    assert said(None)["power supply: not known"] == "none"


def test_what_keeps_results_from_being_safe_is_said_with_what_to_do_and_the_stations_own_words() -> None:
    kinds = ("card-failing", "disk-nearly-full", "database-restored", "rust")
    machine = msgspec.structs.replace(
        WELL, storage=tuple(f"own words of {k}" for k in kinds), storage_kinds=kinds
    )
    birth = msgspec.structs.replace(BIRTH, machine=machine)
    lines = {line.detail or line.words: line for line in machine_lines(birth, "synced", NOW)}
    assert [lines[f"own words of {kind}"].light for kind in kinds] == ["bad", "check", "check", "bad"]
    assert "change the card" in lines["own words of card-failing"].words
    assert not any("MB free on the disk" in words for words in lines), "the disk is spoken of once"


def test_an_older_stations_sentence_stands_as_it_came() -> None:
    assert said(msgspec.structs.replace(WELL, storage=("the card rusts",)))["the card rusts"] == "bad"
