"""Service mode: one client has the board, gets every reading and may change the plate; nobody trains."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from station.link.messages import RawTrace
from station.session.client import SessionClient
from station.session.protocol import (
    Packet,
    PlateTaken,
    Prescribe,
    Press,
    Readings,
    Refused,
    RestorePlate,
    Service,
    Simulate,
    SimulatePlace,
    TakePlate,
    Weighed,
)
from station.training.prescription import Exercise, Prescription
from station.training.result import TrialResult
from station.training.snapshot import Snapshot
from tests.plate_files import MADE, TARE_COUNTS, plate_document
from tests.virtual_station import VirtualStation

TODAY = MADE + timedelta(days=1)
ONE_HOLD = Prescription(
    version=1,
    station="s-1",
    subj="p-1",
    issued="2020-01-01T00:00:00Z",
    expires="2099-01-01T00:00:00Z",
    exercises=(Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=10),),
)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    station = VirtualStation(tmp_path, plain=True, today=TODAY)
    station.run_until(lambda: station.course().ready)
    yield station
    station.die()


@pytest.fixture
def screen(station: VirtualStation) -> Iterator[SessionClient]:
    """Another client, which shows what is so and has a start button."""
    with SessionClient(station.folder / "session.sock", name="kiosk") as client:
        yield client


def said(station: VirtualStation, command: Packet) -> list[Packet]:
    """What the client in service hears in answer, but for readings."""
    station.heard.clear()
    station.say(command)
    station.run(0.1)
    return [packet for packet in station.heard if isinstance(packet, Refused | PlateTaken)]


def refused(station: VirtualStation, command: Packet) -> str:
    (answer,) = said(station, command)
    assert isinstance(answer, Refused)
    return answer.reason


def taken(station: VirtualStation, command: Packet) -> str:
    (answer,) = said(station, command)
    assert isinstance(answer, PlateTaken)
    return answer.id


def shown(station: VirtualStation, screen: SessionClient) -> Snapshot:
    screen.poll()
    station.run(0.3)
    return [notice for notice in screen.poll() if isinstance(notice, Snapshot)][-1]


def readings(station: VirtualStation) -> list[tuple[int, int, int, int]]:
    return [r for packet in station.heard if isinstance(packet, Readings) for r in packet.readings]


def test_the_client_in_service_gets_every_reading_and_nobody_else_any(
    station: VirtualStation, screen: SessionClient
) -> None:
    station.say(Service(on=True))
    station.run(2)
    for cell in range(4):
        times_ns = [t_ns for t_ns, of, _, fault in readings(station) if of == cell and fault == 0]
        assert 150 < len(times_ns) < 190
        assert max(later - t_ns for t_ns, later in pairwise(times_ns)) < 14_000_000
    packets = sum(isinstance(packet, Readings) for packet in station.heard)
    assert 35 <= packets <= 41
    assert not any(isinstance(notice, Readings) for notice in screen.poll())


def test_readings_end_with_the_service(station: VirtualStation) -> None:
    station.say(Service(on=True))
    station.run(0.2)
    said(station, Service(on=False))
    station.heard.clear()
    station.run(0.5)
    assert readings(station) == []


def test_no_training_starts_in_service_and_the_screen_knows_it(
    station: VirtualStation, screen: SessionClient
) -> None:
    station.say(Service(on=True))
    assert shown(station, screen).service
    screen.send(Press(button="start"))
    snapshot = shown(station, screen)
    assert (snapshot.phase, snapshot.service) == ("welcome", True)
    said(station, Service(on=False))
    screen.send(Press(button="start"))
    assert shown(station, screen).phase == "checkin"


def test_service_is_refused_while_somebody_trains(station: VirtualStation, screen: SessionClient) -> None:
    screen.send(Press(button="start"))
    station.run(0.1)
    assert "somebody trains" in refused(station, Service(on=True))


def test_a_second_client_is_told_who_has_the_board(station: VirtualStation, screen: SessionClient) -> None:
    station.say(Service(on=True))
    station.run(0.1)
    screen.poll()
    screen.send(Service(on=True))
    station.run(0.1)
    (refusal,) = [notice for notice in screen.poll() if isinstance(notice, Refused)]
    assert refusal.reason.startswith("test has the board already")


def test_a_client_that_goes_away_gives_the_board_back(station: VirtualStation, screen: SessionClient) -> None:
    with SessionClient(station.folder / "session.sock", name="calibration") as other:
        other.send(Service(on=True))
        station.run(0.1)
        other.send(SimulatePlace(force_n=200, x_mm=0, y_mm=0))
        station.run(1)
        assert shown(station, screen).live.load_n == pytest.approx(200, abs=5)
    after = shown(station, screen)
    assert not after.service
    station.run(1)
    assert shown(station, screen).live.load_n == pytest.approx(0, abs=5)


@pytest.mark.parametrize(
    "command",
    [
        TakePlate(document="{}"),
        RestorePlate(),
        Weighed(cal="nominal", off=0.2),
        SimulatePlace(force_n=100, x_mm=0, y_mm=0),
        Service(on=False),
    ],
)
def test_what_belongs_to_service_is_refused_outside(station: VirtualStation, command: Packet) -> None:
    assert "service only" in refused(station, command)


def test_a_mass_on_the_plate_never_becomes_the_zero(station: VirtualStation, screen: SessionClient) -> None:
    station.say(Service(on=True))
    station.say(SimulatePlace(force_n=40, x_mm=0, y_mm=0))  # light enough to pass for an empty board
    station.run(8)
    assert shown(station, screen).live.load_n == pytest.approx(40, abs=3)
    said(station, SimulatePlace(force_n=0))
    station.run(4)
    assert shown(station, screen).live.load_n == pytest.approx(0, abs=3)


def test_a_still_load_is_where_it_was_put(station: VirtualStation, screen: SessionClient) -> None:
    station.say(Service(on=True))
    station.say(SimulatePlace(force_n=300, x_mm=80, y_mm=-50))
    station.run(2)
    live = shown(station, screen).live
    assert live.load_n == pytest.approx(300, abs=3)
    assert live.x_mm == pytest.approx(80, abs=2)
    assert live.y_mm == pytest.approx(-50, abs=2)


def test_a_plate_taken_weighs_at_once_from_its_own_zero(
    station: VirtualStation, screen: SessionClient
) -> None:
    station.say(Service(on=True))
    named = taken(station, TakePlate(document=plate_document()))
    assert named.startswith("cal-")
    plate = station.service._scale.plate
    assert (plate.calibration, plate.counts_per_n, plate.tare_counts) == (named, (1900.0,) * 4, TARE_COUNTS)


def test_a_plate_taken_is_named_in_results_and_the_trace_is_weighed_with_it(station: VirtualStation) -> None:
    station.say(Service(on=True))
    named = taken(station, TakePlate(document=plate_document()))
    said(station, Service(on=False))
    station.say(Prescribe(document=station.prescribe(ONE_HOLD)))
    station.run(4)  # the zero is taken again
    patient = station.train()
    station.run_until(lambda: patient.finished)
    (trial,) = [msgspec.json.decode(body, type=TrialResult) for body in station.bodies("result/trial")]
    raw = msgspec.json.decode(station.bodies("raw")[0], type=RawTrace)
    assert (trial.cal, raw.plate["calibration"], raw.plate["counts_per_n"][0]) == (named, named, 1900.0)
    assert station.header_of("result/trial").cal == named


def test_a_plate_taken_is_still_in_use_after_a_restart(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, plain=True, today=TODAY)
    first.say(Service(on=True))
    named = taken(first, TakePlate(document=plate_document()))
    first.die()
    second = VirtualStation(tmp_path, plain=True, start_ns=first.clock.now_ns(), today=TODAY)
    assert second.service._scale.plate.calibration == named
    second.die()


def test_the_plate_before_comes_back_with_the_zero_of_now(station: VirtualStation) -> None:
    station.say(Service(on=True))
    first = taken(station, TakePlate(document=plate_document()))
    taken(station, TakePlate(document=plate_document(counts_per_n=2100.0)))
    said(station, Service(on=False))
    station.run(4)
    zero = station.service._scale.plate.tare_counts
    assert zero != TARE_COUNTS
    station.say(Service(on=True))
    assert taken(station, RestorePlate()) == first
    assert station.service._scale.plate.counts_per_n == (1900.0,) * 4
    assert station.service._scale.plate.tare_counts == zero


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "damaged"),
        (plate_document().replace("1900.0", "1901.0", 1), "does not belong to its id"),
        (plate_document(station="s-2"), "belongs to station s-2"),
        (plate_document(size_mm=500.0), "500 × 500 mm"),
        (plate_document(made=(MADE - timedelta(days=500)).isoformat()), "501 days old"),
    ],
)
def test_a_plate_that_cannot_be_used_is_refused_and_changes_nothing(
    station: VirtualStation, document: str, reason: str
) -> None:
    station.say(Service(on=True))
    before = station.service._scale.plate
    assert reason in refused(station, TakePlate(document=document))
    assert station.service._scale.plate is before
    assert not (station.folder / "plates" / "history").exists()


def test_a_mass_weighed_with_another_plate_is_refused_and_not_remembered(station: VirtualStation) -> None:
    station.say(Service(on=True))
    told = refused(station, Weighed(cal="cal-0123456789ab", off=0.2))
    assert told == "a mass was weighed with the plate cal-0123456789ab, and nominal is in use"
    assert not station.service._drift.known()
    named = taken(station, TakePlate(document=plate_document()))
    station.say(Weighed(cal=named, off=0.2))
    station.run(0.1)
    (advice,) = station.service._drift.known()
    assert advice.reason == "span_off"


def test_without_a_plate_before_there_is_none_to_restore(station: VirtualStation) -> None:
    station.say(Service(on=True))
    assert "no previous plate" in refused(station, RestorePlate())


def test_service_ends_by_itself_when_its_client_does_not_listen(station: VirtualStation) -> None:
    with SessionClient(station.folder / "session.sock", name="deaf", snapshots=False) as deaf:
        deaf.send(Service(on=True))
        station.run(40)
        assert not station.service._upkeep.on
    assert "the board is no longer being looked after: training may start" in station.log


def test_what_the_simulated_person_does_goes_on_in_service(station: VirtualStation) -> None:
    station.say(Service(on=True))
    assert said(station, Simulate(do="press", cell="FR")) == []
