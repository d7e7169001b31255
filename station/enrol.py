"""`balance-station enrol`: ask the care team for a certificate, and take their answer."""

import argparse
import os
import sys
import termios
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

import msgspec

from station.config import enrolment_folder, load_config, named_station, sees_station, state_folder
from station.errors import ConfigError
from station.link.enrolment import Bundle, Enrolment, parse_bundle
from station.link.messages import StationId
from station.link.mistaken import FETCH
from station.link.scan import Scan
from station.link.whole_file import PUBLIC, write_whole

TYPED: Final = "what was typed"


def run(args: argparse.Namespace) -> int:
    """Write a request, or take a bundle. Returns 0. Raises StationError saying what is wrong with it."""
    station = _station(args.station, named_station(args.config))
    config = load_config(args.config)
    if not sees_station(config):
        raise ConfigError(
            "the station of this computer is another user's, and its key would not be this one: "
            "sudo -u balance balance-station enrol …"
        )
    folder = enrolment_folder(config)
    enrolment = Enrolment(folder)
    try:
        if args.bundle is None:
            _ask(enrolment, station, args.out)
        else:
            _take(enrolment, args.bundle, station, typed_from=args.typed_from)
    finally:
        _give_to_the_station(state_folder(config), folder)
    return 0


def _give_to_the_station(state: Path, folder: Path) -> None:
    """Let the station read what root has made: it would be locked out of its own enrolment.

    Nothing but that folder and its files: a link that the station's user has put there is not followed.
    Raises ConfigError.
    """
    if os.geteuid() != 0 or not folder.exists():
        return
    try:
        owner = state.stat()
        inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.fchown(inside, owner.st_uid, owner.st_gid)
            for name in os.listdir(inside):  # noqa: PTH208 of what was opened, whatever its path is now
                os.chown(name, owner.st_uid, owner.st_gid, dir_fd=inside, follow_symlinks=False)
        finally:
            os.close(inside)
    except OSError as error:
        raise ConfigError(
            f"{folder}: it cannot be given to the station's user ({error.strerror}); see what it is"
        ) from None


def _ask(enrolment: Enrolment, station: str | None, out: Path | None) -> None:
    if station is None:
        raise ConfigError(
            "this station has no name of its own yet: run sudo balance-station setup first, which asks for "
            "it (or add --station ID, and give it that name in setup too)"
        )
    file = out or Path(f"{station}.request.pem")
    write_whole(file, enrolment.request(station), mode=PUBLIC)
    sys.stdout.write(
        f"{file}: the request of station {station}; it holds no secret. Give it to the care team. Their\n"
        f"balance-care enrol {station} --patient NAME --request FILE\n"
        "makes the bundle that balance-station enrol BUNDLE takes.\n"
    )


def _take(enrolment: Enrolment, file: Path, station: str | None, *, typed_from: str) -> None:
    now = datetime.now(UTC)
    if typed := file == Path("-"):
        with _unseen(sys.stdin):
            bundle = read_lines(sys.stdin, say=sys.stderr.write, where=typed_from)
        bundle = enrolment.check(bundle, where=typed_from, station=station, now=now)
    else:
        bundle = enrolment.read(file, station=station, now=now)
    enrolled = enrolment.take(bundle)
    sys.stdout.write(
        f"Station {enrolled.identity.name} is enrolled until {enrolled.identity.ends:%Y-%m-%d}; "
        f"its broker is {enrolled.broker}.\n"
        f"Authority {enrolled.authority}: compare it with the care team's.\n"
        "Then start session and uplink again.\n"
    )
    if typed and bundle.key is not None:
        sys.stdout.write("The printed page holds the station's key: destroy it now.\n")
    elif bundle.key is not None:
        sys.stdout.write(f"{file} holds the station's key: delete it now, everywhere.\n")


def read_lines(typed: Iterable[str], *, say: Callable[[str], object], where: str = TYPED) -> Bundle:
    """Return the bundle that a scanner types, a code a line; JSON is taken as well.

    Raises ConfigError; of a document that is none, or another, beginning with `where`.
    """
    scan, lines = Scan(), iter(typed)
    say("Scan the codes of the printed page, in any order.\n")
    try:
        for line in lines:
            if _begins_document(line):
                return parse_bundle(_document(line, lines), where=where)
            if not line.strip():
                continue
            try:
                say(f"code {scan.take(line)} of {scan.count} is read\n")
            except ConfigError as error:
                say(f"{error}\n")  # nothing is lost: the person scans again
            if scan.count and not scan.missing:
                break
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: it is no text, and so no bundle; {FETCH}: give that one") from None
    return scan.bundle()


def _begins_document(line: str) -> bool:
    """Return whether this is the beginning of a file and no code: a bundle, or what was taken for one."""
    return line.lstrip("\ufeff \t").startswith(("{", "-----BEGIN", "%PDF", "<"))


def _document(line: str, lines: Iterator[str]) -> bytes:
    """Return the whole of a bundle; of what is none its first line is enough, and nobody waits for more."""
    more = lines if "{" in line[:2] else ()
    return "".join([line, *more]).encode(errors="surrogateescape")


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
