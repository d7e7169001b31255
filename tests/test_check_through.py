"""The check of a board whose station runs: through the socket, in service, without touching the pins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.board.config import BoardConfig
from station.check.report import Board, Report
from station.check.run import Check
from station.check.through import StationSource, running_station
from station.errors import BoardError
from station.session.protocol import Press, SimulateFault
from station.sway.plate import Plate
from tests.virtual_station import VirtualStation

KNOWN = Board(config=BoardConfig(), plate=Plate((2000.0,) * 4, (0.0,) * 4, 400, 400))
RT = {"priority": 40, "core": 3, "locked": True, "gc_frozen": True, "refused": []}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    station = VirtualStation(tmp_path)
    station.board.says.append({"note": "started", "source": "simulate", "sim": True, "rt": RT})
    station.run_until(lambda: station.course().ready)
    yield station
    station.die()


def source_of(station: VirtualStation) -> StationSource:
    source = running_station(station.folder / "session.sock")
    assert source is not None
    return source


def checked(station: VirtualStation, *, corners: bool = False) -> Report:
    source = source_of(station)
    check = Check(
        source,
        KNOWN,
        now_ns=station.clock.now_ns,
        said=[],
        say=lambda _: None,
        pause=lambda: station.run(0.05),
    )
    try:
        return check.run(3, corners=corners)
    finally:
        source.close()
        station.run(0.1)


def test_a_good_board_is_fit_for_use_and_given_back(station: VirtualStation) -> None:
    report = checked(station)
    assert (report.fit, report.sim, report.source, report.findings) == (True, True, "simulate", ())
    assert all(79 < (cell.sps or 0) < 95 for cell in report.cells)
    assert not station.service._upkeep.on


def test_what_the_acquisition_process_was_given_is_reported(station: VirtualStation) -> None:
    realtime = checked(station).realtime
    assert (realtime.priority, realtime.core, realtime.locked, realtime.gc_frozen) == (40, 3, True, True)


def test_when_readings_arrive_is_as_the_station_measured_it(station: VirtualStation) -> None:
    assert checked(station).arrival.median_ms is None, "packets say nothing of it"
    station.board.says.append({"note": "rates", "sps": [86.0] * 4, "recoveries": [0] * 4})
    station.run(0.1)
    arrival = checked(station).arrival
    assert arrival.median_ms is not None
    assert 0 < arrival.median_ms < 3  # the virtual station polls every two milliseconds


def test_a_fault_of_the_board_is_found(station: VirtualStation) -> None:
    station.say(SimulateFault(kind="unplugged", cells=("FR",)))
    station.run(0.1)
    report = checked(station)
    assert not report.fit
    assert ("silent", "FR") in [(finding.kind, finding.cell) for finding in report.findings]


def test_the_corners_are_asked_for_on_the_station(station: VirtualStation) -> None:
    report = checked(station, corners=True)
    assert [press.felt_by for press in report.corners] == ["FL", "FR", "RL", "RR"]


def test_a_restart_meanwhile_is_counted(station: VirtualStation) -> None:
    source = source_of(station)
    source.start()
    station.run(0.1)
    source.readings()
    assert not source.supervise()
    station.service._health.restarted()
    station.service._tell_health()
    source.readings()
    assert source.supervise()
    source.close()


def test_somebody_in_training_is_left_in_peace(station: VirtualStation) -> None:
    station.say(Press(button="start"))
    station.run(0.1)
    with pytest.raises(BoardError, match="somebody trains on this board"):
        checked(station)


def test_without_a_station_there_is_nothing_to_check_through(tmp_path: Path) -> None:
    assert running_station(tmp_path / "session.sock") is None
