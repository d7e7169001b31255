"""When a station says again what it is: when something that matters has changed, and not at every breath."""

import msgspec
import pytest

from station.link.presence import AGAIN_S, Presence
from station.training.health import BoardHealth, MachineHealth, PowerState

BOARD = BoardHealth(
    source="gpio", priority=40, core=3, sps=(86.0, 87.0, 88.0, 89.0), noise_n=0.2, cal="cal-1"
)


def told(board: BoardHealth | None = BOARD) -> Presence:
    presence = Presence()
    presence.board = board
    presence.told(3, 0.0)
    return presence


@pytest.mark.parametrize(
    "change",
    [
        {"cal": "cal-2"},
        {"priority": None},
        {"refused": ("core 3: not permitted",)},
        {"locked": True},
        {"gc_frozen": True},
        {"sps": (86.0, 87.0, 11.0, 89.0)},
        {"noise_n": None},
    ],
)
def test_a_change_that_matters_is_said_at_once(change: dict[str, object]) -> None:
    presence = told()
    presence.board = msgspec.structs.replace(BOARD, **change)
    assert presence.due(3, 1.0)


def test_another_prescription_is_said_at_once() -> None:
    assert told().due(4, 1.0)
    assert not told().due(3, 1.0)


def test_the_first_word_of_the_session_is_said_at_once() -> None:
    presence = told(None)
    presence.board = BOARD
    assert presence.due(3, 1.0)


def test_rates_that_drift_are_said_once_an_hour() -> None:
    presence = told()
    presence.board = msgspec.structs.replace(BOARD, sps=(86.1, 87.0, 88.0, 89.0), restarts=2)
    assert not presence.due(3, AGAIN_S - 1)
    assert presence.due(3, AGAIN_S)


def test_nothing_is_due_before_the_first_connection() -> None:
    presence = Presence()
    presence.board = BOARD
    assert not presence.due(3, AGAIN_S)


@pytest.mark.parametrize(
    "change",
    [
        {"power_now": PowerState(undervoltage=True)},
        {"power_since_start": PowerState(undervoltage=True)},
        {"cpu_c": 85.0},
        {"disk_free_mb": 100},
    ],
)
def test_a_computer_in_need_is_said_at_once(change: dict[str, object]) -> None:
    presence = Presence()
    presence.machine = machine = MachineHealth(
        power_now=PowerState(), power_since_start=PowerState(), cpu_c=50.0, disk_free_mb=9000
    )
    presence.told(3, 0.0)
    presence.machine = msgspec.structs.replace(machine, **change)
    assert presence.due(3, 1.0)


def test_a_clock_that_is_set_is_said_at_once() -> None:
    presence = told()
    presence.clock = "synced"
    assert presence.due(3, 1.0)


def test_a_temperature_and_the_hours_are_said_once_an_hour() -> None:
    presence = told()
    presence.machine = MachineHealth(cpu_c=50.0, uptime_s=100.0)
    presence.told(3, 0.0)
    presence.machine = MachineHealth(cpu_c=51.0, uptime_s=130.0)
    assert not presence.due(3, AGAIN_S - 1)
    assert presence.due(3, AGAIN_S)


def test_another_trouble_with_the_place_of_results_is_said_at_once() -> None:
    presence = told()
    presence.machine = MachineHealth(storage=("a",), storage_kinds=("disk-full",))
    presence.told(3, 0.0)
    presence.machine = MachineHealth(storage=("b",), storage_kinds=("card-failing",))
    assert presence.due(3, 1.0)
