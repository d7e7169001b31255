"""`balance-station enrol`: ask the care team for a certificate, and take their answer."""

import argparse
import sys
import termios
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import msgspec

from station.config import enrolment_folder, load_config, named_station
from station.errors import ConfigError
from station.link.enrolment import Bundle, Enrolment, parse_bundle
from station.link.messages import StationId
from station.link.scan import Scan
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
    now = datetime.now(UTC)
    if scanned := file == Path("-"):
        with _unseen(sys.stdin):
            bundle = read_lines(sys.stdin, say=sys.stderr.write)
        bundle = enrolment.check(bundle, where="the scanned codes", station=station, now=now)
    else:
        bundle = enrolment.read(file, station=station, now=now)
    enrolled = enrolment.take(bundle)
    sys.stdout.write(
        f"Station {enrolled.identity.name} is enrolled until {enrolled.identity.ends:%Y-%m-%d}; "
        f"its broker is {enrolled.broker}.\n"
        f"Authority {enrolled.authority}: compare it with the care team's.\n"
        "Then start session and uplink again.\n"
    )
    if scanned and bundle.key is not None:
        sys.stdout.write("The printed page holds the station's key: destroy it now.\n")
    elif bundle.key is not None:
        sys.stdout.write(f"{file} holds the station's key: delete it now, everywhere.\n")


def read_lines(typed: Iterable[str], *, say: Callable[[str], object]) -> Bundle:
    """Return the bundle that a scanner types, a code a line; JSON is taken as well. Raises ConfigError."""
    scan, lines = Scan(), iter(typed)
    say("Scan the codes of the printed page, in any order.\n")
    for line in lines:
        if line.lstrip().startswith("{"):
            return parse_bundle("".join([line, *lines]).encode(), where="standard input")
        if not line.strip():
            continue
        try:
            say(f"code {scan.take(line)} of {scan.count} is read\n")
        except ConfigError as error:
            say(f"{error}\n")  # nothing is lost: the person scans again
        if scan.count and not scan.missing:
            break
    return scan.bundle()


@contextmanager
def _unseen(typed: TextIO) -> Iterator[None]:
    """Show nothing of what is typed on a terminal: it holds a key."""
    if not typed.isatty():
        yield
        return
    before = termios.tcgetattr(typed)
    quiet = termios.tcgetattr(typed)
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(typed, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(typed, termios.TCSADRAIN, before)


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
