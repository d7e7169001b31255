"""`balance-station enrol`: ask the care team for a certificate, and take their answer."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from station.config import enrolment_folder, load_config, named_station
from station.errors import ConfigError
from station.link.enrolment import Enrolment
from station.link.messages import StationId
from station.link.whole_file import PUBLIC, write_whole


def run(args: argparse.Namespace) -> int:
    """Write a request, or take a bundle. Returns 0. Raises StationError saying what is wrong with it."""
    station = _station(args.station, named_station(args.config))
    enrolment = Enrolment(enrolment_folder(load_config(args.config)))
    if args.bundle is None:
        _ask(enrolment, station, args.out)
    else:
        _take(enrolment, args.bundle, station)
    return 0


def _ask(enrolment: Enrolment, station: str | None, out: Path | None) -> None:
    if station is None:
        raise ConfigError("this station has no name yet; add --station ID, or set [station] id")
    file = out or Path(f"{station}.request.pem")
    write_whole(file, enrolment.request(station), mode=PUBLIC)
    sys.stdout.write(
        f"{file}: the request of station {station}; it holds no secret. Give it to the care team. Their\n"
        f"balance-care enrol {station} --patient NAME --request FILE\n"
        "makes the bundle that balance-station enrol BUNDLE takes.\n"
    )


def _take(enrolment: Enrolment, file: Path, station: str | None) -> None:
    bundle = enrolment.read(file, station=station, now=datetime.now(UTC))
    enrolled = enrolment.take(bundle)
    sys.stdout.write(
        f"Station {enrolled.identity.name} is enrolled until {enrolled.identity.ends:%Y-%m-%d}; "
        f"its broker is {enrolled.broker}.\n"
        f"Authority {enrolled.authority}: compare it with the care team's.\n"
        "Then start session and uplink again.\n"
    )
    if bundle.key is not None:
        sys.stdout.write(f"{file} holds the station's key: delete it now, everywhere.\n")


def _station(asked: str | None, named: str | None) -> str | None:
    """Return who this station is, None where nobody said it. Raises ConfigError."""
    if asked is None:
        return named
    try:
        msgspec.convert(asked, StationId)
    except msgspec.ValidationError:
        message = f"--station {asked!r}: letters, digits, '.', '_' and '-' only, at most 63"
        raise ConfigError(message) from None
    if named not in {None, asked}:
        raise ConfigError(f"--station {asked}: this station is {named} by its configuration or enrolment")
    return asked
