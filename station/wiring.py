"""Puts the rooms together: what `run`, `acquire` and `uplink` are made of."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from station.board.acquire import acquire
from station.config import Config, load_config, simulated, socket_path, state_folder

if TYPE_CHECKING:
    from station.link.uplink import Uplink
    from station.session.clock import WallClock
    from station.session.service import Board, Service
    from station.session.store import Header, Store
    from station.training.prescription import Prescription

Log = Callable[[str], None]

DATABASE = "station.sqlite3"


def run_acquisition(config_file: str | None) -> int:
    """Be the acquisition process."""
    config = load_config(config_file)
    return acquire(config.board, config.source.source, config.source.seed)


def _verifier(config: Config) -> "Callable[[bytes], Prescription]":
    from station.link.signature import key_id, verify_prescription

    keys = {key_id(key): key for key in config.care.keys}
    return lambda document: verify_prescription(document, keys)


def make_service(config_file: str | None, *, log: Log) -> "Service":
    """Return the running station's loop over an acquisition process of its own.

    Raises ConfigError, StoreError or StationError with one sentence.
    """
    from station.session.acquisition import Acquisition

    command = [
        sys.executable,
        "-m",
        "station",
        "acquire",
        *(("--config", config_file) if config_file else ()),
    ]
    board = Acquisition(command, now_ns=time.monotonic_ns, log=log)
    return make_service_over(board, load_config(config_file), log=log)


def make_service_over(
    board: "Board",
    config: Config,
    *,
    log: Log,
    now_ns: Callable[[], int] = time.monotonic_ns,
    wall: "WallClock | None" = None,
) -> "Service":
    """Return the station's loop over this board, which tells the time by `now_ns` and the date by `wall`."""
    from station.session.clock import WallClock
    from station.session.prescriptions import Prescriptions
    from station.session.recorder import Identity, Recorder
    from station.session.server import Server
    from station.session.service import Parts, Service
    from station.session.store import Store
    from station.training.course import Course
    from station.training.prescription import Bounds
    from station.training.routine import shipped_routines
    from station.weighing import plate_in_use

    folder = state_folder(config)
    wall = wall or WallClock()
    plate = plate_in_use(config, wall.now(), log=log)
    sim = simulated(config)
    store = Store(folder / DATABASE)
    server = Server(socket_path(config))
    bounds = Bounds(config.station.id, config.station.subj, config.limits, shipped_routines())
    prescriptions = Prescriptions(store, bounds, verify=_verifier(config), wall=wall, log=log)
    identity = Identity(config.station.subj, plate.calibration, sim)
    recorder = Recorder(store, folder, identity, wall=wall, log=log, rx_version=lambda: prescriptions.version)
    prescriptions.attach(recorder)
    recorder.recover()
    programme = prescriptions.in_force()
    course = Course(
        programme,
        plate_mm=(plate.width_mm, plate.length_mm),
        sim=sim,
        adopted=prescriptions.adopted,
        blocked=recorder.red_flag_today(),
    )
    prescriptions.adopted(programme)
    return Service(Parts(board, server, recorder, prescriptions, course, plate), log=log, now_ns=now_ns)


def make_uplink(config_file: str | None, *, log: Log) -> "tuple[Uplink, str, int]":
    """Return the uplink and the broker it talks to."""
    from station.link.uplink import Uplink
    from station.session.store import Store

    config = load_config(config_file)
    store = Store(state_folder(config) / DATABASE)
    uplink = Uplink(
        store,
        station=config.station.id,
        limits=config.limits,
        header=_presence_header(config, store),
        socket=socket_path(config),
        log=log,
    )
    return uplink, config.care.host, config.care.port


def _presence_header(config: Config, store: "Store") -> "Callable[[], Header]":
    """Return what the uplink's own messages (state, birth) carry; the version in force is read as it is."""
    from station.session.clock import WallClock, boot_id
    from station.session.store import Header
    from station.sway.reading import ALG
    from station.weighing import plate_in_use

    wall = WallClock()
    boot = boot_id()
    cal = plate_in_use(config, wall.now(), log=lambda _: None).calibration  # the session says why

    def header() -> Header:
        return Header(
            t=wall.text(),
            mono_ms=time.monotonic_ns() // 1_000_000,
            boot=boot,
            clock=wall.state(),
            subj=config.station.subj,
            rx_version=store.applied_version(),
            cal=cal,
            alg=ALG,
            sim=simulated(config),
        )

    return header
