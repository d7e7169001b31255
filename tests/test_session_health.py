"""What the station says of its acquisition process: as it was told, and at once when it changes."""

import os
import signal
import time
from pathlib import Path

from station.session.client import SessionClient
from station.session.health import HealthWatch
from station.session.protocol import Health, Readings, Service
from station.sway.reading import Fault
from station.training.health import BoardHealth
from station.wiring import make_service
from tests.virtual_station import VirtualStation

STARTED = {
    "note": "started",
    "source": "gpio",
    "sim": False,
    "rt": {
        "priority": None,
        "core": None,
        "locked": True,
        "gc_frozen": True,
        "refused": ["SCHED_FIFO: not permitted"],
    },
}
RATES = {"note": "rates", "sps": [86.1, 90.2, None, 11.0], "recoveries": [0, 0, 2, 0]}


def test_what_the_process_was_given_and_what_was_refused_is_known() -> None:
    watch = HealthWatch(sim=False, cal="nominal")
    assert watch.note(STARTED)
    now = watch.now
    assert (now.source, now.priority, now.core, now.locked, now.gc_frozen) == ("gpio", None, None, True, True)
    assert now.refused == ("SCHED_FIFO: not permitted",)


def test_rates_are_those_of_the_process_that_runs() -> None:
    watch = HealthWatch(sim=False, cal="nominal")
    assert watch.note(RATES)
    assert (watch.now.sps, watch.now.recoveries) == ((86.1, 90.2, None, 11.0), (0, 0, 2, 0))
    watch.restarted()
    watch.note(STARTED)
    assert (watch.now.sps, watch.now.restarts) == ((None,) * 4, 1)


def test_how_late_readings_are_is_told_with_the_rates() -> None:
    watch = HealthWatch(sim=False, cal="nominal")
    for delay_ms in range(1, 101):
        watch.arrived(delay_ms * 1_000_000)
    watch.note(RATES)
    assert watch.now.arrival_ms == (50.0, 99.0)


def test_other_notes_and_nonsense_change_nothing() -> None:
    watch = HealthWatch(sim=True, cal="nominal")
    before = watch.now
    assert not watch.note({"note": "warning", "text": "…"})
    assert not watch.note({"note": "rates", "sps": "fast"})
    assert not watch.note({"note": "started", "source": 3, "rt": None})
    assert watch.now == before


def test_every_client_is_told_with_the_noise_of_the_empty_board(tmp_path: Path) -> None:
    station = VirtualStation(tmp_path)
    station.run_until(lambda: station.course().ready)
    station.board.says += [STARTED, RATES]
    station.run(0.1)
    station.die()
    board = [packet for packet in station.heard if isinstance(packet, Health)][-1].board
    assert (board.sps[0], board.locked, board.cal) == (86.1, True, "nominal")
    assert board.noise_n is not None
    assert 0.2 < board.noise_n < 0.3


def test_a_killed_acquisition_process_is_replaced_with_its_gap_marked_and_told(tmp_path: Path) -> None:
    """The real process, the real loop, the real socket."""
    config = tmp_path / "station.toml"
    config.write_text(f'[station]\nstate = "{tmp_path}"\n', encoding="utf-8")
    service = make_service(str(config), log=lambda _: None)
    service.begin()
    client = SessionClient(tmp_path / "session.sock", name="test", snapshots=False)
    client.send(Service(on=True))
    faults: list[Fault] = []
    told: list[BoardHealth] = []

    def turn_until(good: int) -> None:
        end_s = time.monotonic() + 30
        while faults.count(Fault.NONE) < good:
            assert time.monotonic() < end_s, (faults, told)
            service.turn(0.01)
            for notice in client.poll():
                if isinstance(notice, Readings):
                    faults.extend(Fault(fault) for *_, fault in notice.readings)
                elif isinstance(notice, Health):
                    told.append(notice.board)

    turn_until(good=100)
    assert told[-1].gc_frozen
    assert told[-1].refused == ("not asked for: simulation",)
    faults.clear()
    os.kill(service._board.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    turn_until(good=100)
    client.close()
    service.close()
    gap = [fault for fault in faults if fault is not Fault.NONE]
    assert gap[:8] == [Fault.RESTARTED] * 8
    assert told[-1].restarts == 1
