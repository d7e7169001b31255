"""Puts the link together: what `uplink` is made of."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec import structs

from station.config import (
    DATABASE,
    ENROLMENT,
    Config,
    enrolment_folder,
    load_config,
    socket_path,
    state_folder,
)
from station.errors import ConfigError
from station.link.asked import ToldUpdates
from station.link.broker import Broker
from station.link.desk import Desk
from station.link.enrolment import Enrolment
from station.link.permit import Permit
from station.link.renewal import Renewal
from station.link.signature import key_id
from station.link.tls import Credentials
from station.link.unlinked import Unlinked
from station.link.update_desk import ASKED_FILE, TOLD_FILE, Files, UpdateDesk
from station.link.uplink import Uplink
from station.machine.reading import read_machine
from station.machine.system import this_system
from station.session.care_side import CARE_NOTE, known_care_side
from station.session.clock import WallClock, boot_id
from station.session.machine_watch import date_is_doubted
from station.session.marker import check_owner
from station.session.place import look_at_place
from station.session.reserve import free_bytes
from station.session.restore import known_damage
from station.session.store import Header, Store
from station.sway.reading import ALG
from station.training.health import MachineHealth
from station.trusted import keys_of, wall_of
from station.weighing import plate_in_use

Log = Callable[[str], None]


def make_unlinked(config_file: str | None, *, log: Log) -> Unlinked | None:
    """Return what stands in for the uplink where no broker is named, None where one is.

    Raises StationError.
    """
    config = load_config(config_file)
    if config.care.names_broker:
        return None
    check_owner(state_folder(config), config.station.subj)
    file = state_folder(config) / DATABASE
    if file.exists():
        with Store(file) as store:
            if known_care_side(store) is not None:  # of an enrolment taken back: nobody is away any more
                store.remember(CARE_NOTE, b"null")
    return Unlinked(enrolment_folder(config) / ENROLMENT, log=log)


def make_uplink(config_file: str | None, *, log: Log) -> tuple[Uplink, Broker]:
    """Return the uplink and the broker it talks to.

    Raises ConfigError for a broker beyond this machine without TLS, and for a certificate of another station.
    """
    config = load_config(config_file)
    check_owner(state_folder(config), config.station.subj)
    broker = _broker(config)
    store = Store(state_folder(config) / DATABASE)
    wall = _wall_beside(config, store)
    uplink = Uplink(
        store,
        station=config.station.id,
        limits=config.limits,
        header=_presence_header(config, store, wall),
        socket=socket_path(config),
        log=log,
        traces=config.link.raw != "never",
        machine=partial(_machine, state_folder(config), store),
        wall=wall,
    )
    uplink.attend(_desk(config, broker, log=log))
    return uplink, broker


def _machine(folder: Path, store: Store) -> MachineHealth:
    """Return how the computer is, and whether what is saved on it stays."""
    restored = known_damage(store)
    found = [(finding.kind, finding.text) for finding in look_at_place(folder)]
    found += [] if restored is None else [("database-restored", restored.sentence())]
    machine = read_machine(Path("/"), free_bytes=partial(free_bytes, folder))
    kinds, said = zip(*found, strict=True) if found else ((), ())
    return structs.replace(machine, storage=said, storage_kinds=kinds)


def _desk(config: Config, broker: Broker, *, log: Log) -> Desk:
    """Return where keyrings and certificates are dealt with; only an enrolment's own are renewed."""
    enrolment, tls = Enrolment(enrolment_folder(config)), broker.tls
    own = tls is not None and enrolment.holds(tls.credentials)
    renewal = Renewal(enrolment, tls, renew_days=config.care.renew_days) if tls and own else None
    return Desk(keys_of(config), renewal, log=log, updates=_update_desk(config, log=log))


def _update_desk(config: Config, *, log: Log) -> UpdateDesk:
    """Return where requests to update are laid down for root's updater."""
    updates, system = config.updates, this_system()
    told = ToldUpdates(take=updates.take, keys=tuple(map(key_id, updates.keys)), **system._asdict())
    files = Files(state_folder(config) / ASKED_FILE, Path(updates.told) / TOLD_FILE)
    permit = Permit(keys_of(config), config.station.id, wall_of(config).now)
    return UpdateDesk(permit, files, told, log=log)


def _broker(config: Config) -> Broker:
    care = config.care
    if not care.names_broker:
        raise ConfigError("this station is not enrolled, and [care] names no broker to speak to")
    broker = Broker.reached(
        *care.address,
        Credentials(care.ca, care.certificate, care.key),
        whose="this station's",
        mend="enrol this station (balance-station enrol)",
    )
    if broker.tls is not None and broker.tls.identity.name != config.station.id:
        raise ConfigError(
            f"certificate {care.certificate}: it names {broker.tls.identity.name!r} and this station is "
            f"{config.station.id!r}; correct [station] id, or enrol this station"
        )
    return broker


def _wall_beside(config: Config, store: Store) -> WallClock:
    """Return the clock of a process beside the session, which knows whether the date can be true."""
    boot, wall = boot_id(), wall_of(config)
    return WallClock(wall.now, lambda: wall.state() == "synced" and not date_is_doubted(store, boot))


def _presence_header(config: Config, store: Store, wall: WallClock) -> Callable[[], Header]:
    """Return what the uplink's own messages (state, birth) carry; the version in force is read as it is."""
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
            sim=config.source.sim,
        )

    return header
