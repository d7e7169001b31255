"""Puts the rooms together: what `run` and `acquire` are made of; the link is put together in `linking`."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from station.board.acquire import acquire
from station.board.breakdown import parse_spec
from station.board.realtime import ask_for_turns
from station.board.source import check_source
from station.config import (
    DATABASE,
    Config,
    known_routines,
    load_config,
    sees_station,
    socket_path,
    state_folder,
    with_source,
)
from station.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from station.check.report import Board as CheckedBoard
    from station.check.through import StationSource
    from station.session.acquisition import Acquisition
    from station.session.board import Board
    from station.session.clock import WallClock
    from station.session.service import Service
    from station.training.health import MachineHealth

Log = Callable[[str], None]


def configured(config_file: str | None, source: str | None) -> Config:
    """Return the configuration, with the source named on the command line when there is one."""
    config = load_config(config_file)
    return config if source is None else with_source(config, source)


def run_acquisition(config_file: str | None, source: str | None = None) -> int:
    """Be the acquisition process."""
    config = configured(config_file, source)
    source_ = config.source
    return acquire(config.board, source_.source, source_.seed, source_.reader, imperfect=source_.imperfect)


def make_service(
    config_file: str | None, *, log: Log, source: str | None = None, faults: Sequence[str] = ()
) -> "Service":
    """Return the running station's loop over an acquisition process of its own.

    Raises ConfigError, StoreError or StationError with one sentence.
    """
    from station.machine.reading import read_machine
    from station.session.place import look_at_place
    from station.session.reserve import free_bytes
    from station.trusted import wall_of

    board = make_acquisition(config_file, log=log, source=source, faults=faults)
    config = configured(config_file, source)
    check_source(config.source.source, config.board, reader=config.source.reader)
    if not config.source.sim:
        log(ask_for_turns())
    for finding in look_at_place(state_folder(config)):
        log(finding.text)
    machine = partial(read_machine, Path("/"), free_bytes=partial(free_bytes, state_folder(config)))
    return make_service_over(board, config, log=log, wall=wall_of(config), machine=machine)


def make_acquisition(
    config_file: str | None, *, log: Log, source: str | None = None, faults: Sequence[str] = ()
) -> "Acquisition":
    """Return the acquisition process, not started yet, on whose simulated board this will break.

    Raises ConfigError for a fault that is not understood, and for any fault on a real board.
    """
    from station.session.acquisition import Acquisition
    from station.session.protocol import SimulateFault

    config = configured(config_file, source)
    specs = [parse_spec(fault) for fault in faults]
    if specs and not config.source.sim:
        raise ConfigError(f"--fault {faults[0]}: this station has a real board; break a simulated one")
    command = [sys.executable, "-m", "station", "acquire"]
    command += ["--config", config_file] if config_file else []
    command += ["--source", source] if source else []
    board = Acquisition(command, now_ns=time.monotonic_ns, log=log)
    for spec in specs:
        board.break_down(SimulateFault(**spec._asdict()))
    return board


def check_board(config: Config, *, tried: bool = False) -> "CheckedBoard":
    """Return what is known of the board before a check: wiring, scale, zero, and why to calibrate again.

    A board that is only `tried` (`--source`) is not this station's: of results and link nothing is said.
    """
    import msgspec

    from station.check.report import Board as CheckedBoard
    from station.session.care_side import known_care_side
    from station.session.drift_watch import known_advice
    from station.session.machine_watch import known_troubles
    from station.session.place import NOT_LOOKED_AT, look_at_place
    from station.session.restore import known_damage
    from station.session.store import Store
    from station.session.zero import TARE_NOTE
    from station.weighing import nominal_plate, plate_in_use

    file = state_folder(config) / DATABASE
    own = sees_station(config)
    looks = own or "STATE_DIRECTORY" in os.environ
    known = CheckedBoard(
        config=config.board,
        plate=nominal_plate(config),
        sim=config.source.sim,
        enrolled=config.care.names_broker or tried or not own,
        storage=() if tried else look_at_place(file.parent) if looks else (NOT_LOOKED_AT,),
    )
    if not file.exists():
        return known
    calibrated = plate_in_use(config, datetime.now(UTC), log=lambda _: None)
    with Store(file) as store:
        note = store.note(TARE_NOTE)
        restored = known_damage(store)
        return structs.replace(
            known,
            tare=None if note is None else msgspec.json.decode(note, type=tuple[float, float, float, float]),
            advice=tuple(known_advice(store, calibrated)),
            care=known_care_side(store),
            damage=None if restored is None else restored.sentence(),
            troubles=tuple(known_troubles(store)),
        )


def check_through_station(config_file: str | None) -> "StationSource | None":
    """Return the board of the running station for a check, None when no station runs."""
    from station.check.through import running_station

    return running_station(socket_path(load_config(config_file)))


def make_service_over(  # noqa: PLR0913 - all that it may be given
    board: "Board",
    config: Config,
    *,
    log: Log,
    now_ns: Callable[[], int] = time.monotonic_ns,
    wall: "WallClock | None" = None,
    aside: "Callable[[Callable[[], None]], None] | None" = None,
    machine: "Callable[[], MachineHealth] | None" = None,
) -> "Service":
    """Return the station's loop over this board, which tells the time by `now_ns` and the date by `wall`.

    `aside` does what would keep the loop waiting; a thread, where none is given. `machine` reads the
    computer; without it nobody watches computer and date.
    """
    from station.session.absence import Absence
    from station.session.clinic import Clinic
    from station.session.clock import WallClock
    from station.session.drift_watch import DriftWatch
    from station.session.exchange import PlateExchange
    from station.session.keeper import Keeper, in_thread
    from station.session.machine_watch import MachineWatch
    from station.session.marker import check_owner
    from station.session.recorder import Recorder
    from station.session.reports import Identity
    from station.session.restore import make_sound
    from station.session.seats import Home
    from station.session.server import Server
    from station.session.service import Parts, Service
    from station.session.shared_service import SharedService
    from station.session.store import Store
    from station.training.course import Course
    from station.training.fitting import Bounds
    from station.trusted import keys_of
    from station.weighing import nominal_plate, own_plates, plate_in_use

    folder = state_folder(config)
    check_owner(folder, config.station.subj)
    wall = wall or WallClock()
    plate = plate_in_use(config, wall.now(), log=log)
    sim = config.source.sim
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(socket_path(config))  # first: a second station must not restore the database of the first
    try:
        make_sound(folder / DATABASE, log=log)
        store = Store(folder / DATABASE)
    except StoreError:
        server.close()
        raise
    watch = None if machine is None else MachineWatch(store, machine, wall, log=log)
    if watch is not None:
        wall = WallClock(wall.now, watch.synced)
    clinic = config.station.clinic
    bounds = Bounds(
        config.station.id, config.station.subj, config.limits, known_routines(config), clinic=clinic
    )
    make_course = partial(Course, plate_mm=(plate.width_mm, plate.length_mm), sim=sim)
    persons = (Clinic if clinic else Home)(
        store, bounds, make_course, verify=keys_of(config).verify, wall=wall, log=log
    )
    recorder = Recorder(
        store,
        folder,
        Identity(config.station.subj, plate.calibration, sim, clinic),
        wall=wall,
        log=log,
        rx_version=persons.rx_version,
        rested=config.source.rested,
        sends_traces=config.link.raw == "idle",
    )
    persons.attach(recorder)
    exchange = PlateExchange(
        own_plates(config),
        station=config.station.id,
        size_mm=nominal_plate(config).size_mm,
        sim=sim,
        named=config.board.plate_file,
        now=wall.now,
    )
    drift = DriftWatch(store, recorder, plate)
    absence = Absence(store, recorder, subj=config.station.subj, shared=clinic)
    seat = persons.seat
    keeper = Keeper(folder / DATABASE, log=log, aside=aside or in_thread)
    parts = Parts(
        board,
        server,
        recorder,
        seat.prescriptions,
        seat.course,
        plate,
        exchange,
        drift,
        absence,
        keeper,
        watch,
    )
    if isinstance(persons, Clinic):
        return SharedService(parts, persons, log=log, now_ns=now_ns)
    return Service(parts, log=log, now_ns=now_ns)
