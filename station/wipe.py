"""`balance-station wipe`: takes a person's data off this station, for the next one."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from station.config import DATABASE, Config, load_config, socket_path, state_folder
from station.errors import StationError, StoreError
from station.session.server import Server
from station.session.wipe import Held, Wiped, look, under_way, wipe

# Sentences the kiosk has read out, a care team's own words among them.
VOICE: Final = Path("/var/cache/balance-ui/voice")


def run(args: argparse.Namespace, *, ask: Callable[[str], str] = input) -> int:
    """Ask, wipe, and print what went. Returns 0; 1 where the answer was another one.

    Raises StationError where a station runs, or results are nowhere else and that was not allowed.
    """
    config = load_config(args.config)
    folder = state_folder(config)
    if not folder.exists():
        sys.stdout.write(f"{folder} is not there: nothing of anybody is kept on this station.\n")
        return 0
    with _alone(config):
        again, voices = under_way(folder), _voices(os.environ)
        held = look(folder / DATABASE)
        _check_sent(held, even_unsent=args.even_unsent)
        sys.stdout.write(_before(folder, held, again=again, everything=args.everything))
        if not (args.yes or again) and not _agreed(config.station.id, ask):
            sys.stdout.write("Nothing was removed.\n")
            return 1
        subj = config.station.subj
        done = wipe(folder / DATABASE, subj=subj, everything=args.everything, also=voices)
    sys.stdout.write(_after(done, config))
    return 0


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """Hold the session's socket, so that no station runs or starts meanwhile. Raises StoreError."""
    try:
        server = Server(socket_path(config))
    except StationError as error:
        stop = "when nobody trains: sudo systemctl stop balance-station balance-uplink"
        raise StoreError(f"{error}, {stop}") from None
    try:
        yield
    finally:
        server.close()


def _voices(environ: Mapping[str, str]) -> list[Path]:
    """Return the folders of sentences. Raises StoreError where they may not be looked for."""
    own = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "balance-station" / "voice"
    try:
        return [folder for folder in (VOICE, own) if folder.exists()]
    except PermissionError as error:
        raise StoreError(
            f"{error.filename}: not this user's; run it with sudo; nothing was removed"
        ) from None


def _check_sent(held: Held, *, even_unsent: bool) -> None:
    if even_unsent or held.unsent == 0:
        return
    what = (
        "the database cannot be read, so nobody knows what the care team has"
        if held.unsent is None
        else f"the care team has not confirmed {_count(held.unsent, 'message')} (results among them, perhaps)"
    )
    raise StoreError(
        f"nothing was removed: {what}; let the station run online until all is sent, "
        "or wipe with --even-unsent and lose it"
    )


def _before(folder: Path, held: Held, *, again: bool, everything: bool) -> str:
    if again:
        return f"A wipe of {folder} was cut off; it is finished now.\n"
    what = ", ".join(
        _count(number, name)
        for number, name in (
            (held.sessions, "session"),
            (held.trials, "trial"),
            (held.prescriptions, "prescription"),
            (held.unsent or 0, "unsent message"),
        )
    )
    more = "; the board's calibration and the enrolment too" if everything else ""
    return f"In {folder}: {what}. All of it goes, with its backups{more}. It cannot be taken back.\n"


def _agreed(station: str, ask: Callable[[str], str]) -> bool:
    try:
        return ask(f"Type the name of this station ({station}) to wipe it: ").strip() == station
    except EOFError:
        return False


def _after(done: Wiped, config: Config) -> str:
    lines = [f"{_count(done.files, 'file')} written over and removed ({done.size_bytes / 1e6:.1f} MB)."]
    if done.kept:
        lines.append(f"Kept: {', '.join(done.kept)} (the board's calibration, who this station is).")
    if done.strange:
        lines.append(f"Not this program's, left alone: {', '.join(done.strange)}.")
    if "enrolment" in done.kept and config.station.subj is not None:
        lines.append(
            "It is still enrolled for the patient from before, and starts for nobody until it is enrolled "
            "for the next one: balance-station enrol."
        )
    lines.append(
        "A card may keep old copies where no program reaches: see docs/power.md before it goes to others."
    )
    return "\n".join(lines) + "\n"


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
