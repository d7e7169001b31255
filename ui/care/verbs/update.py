"""`balance-care update`: releases offered to stations, and letting one take a release."""

import argparse
import sys
from pathlib import Path

from django.utils import timezone

from station.errors import ConfigError
from ui.care.installation.ready import require_database
from ui.care.models import OfferedRelease, Station
from ui.care.rights.audit import note_command
from ui.care.updating import releases as updates


def run(arguments: argparse.Namespace) -> int:
    """Offer, list, ask or withdraw. Returns 0. Raises ConfigError for what cannot be done."""
    require_database()
    if arguments.action == "offer":
        offered = updates.offer(_read(arguments.file), who=None)
        note_command("offers a release", f"{offered.version} ({offered.number})")
        sys.stdout.write(f"version {offered.version} ({offered.number}) is offered to {_for(offered)}\n")
    elif arguments.action == "ask":
        station = _station(arguments.station)
        offered = _offered(arguments.number)
        updates.ask(station, offered, who=None, now=timezone.now())
        note_command(f"let a station take {offered.version}", station.sid)
        sys.stdout.write(f"{station.sid} takes version {offered.version} as soon as nobody trains there\n")
    elif arguments.action == "withdraw":
        station = _station(arguments.station)
        updates.withdraw(station, who=None, now=timezone.now())
        note_command("withdrew an update", station.sid)
        sys.stdout.write(f"{station.sid}: the request is withdrawn as soon as the station hears it\n")
    else:
        _list()
    return 0


def _list() -> None:
    for offered in OfferedRelease.objects.filter(withdrawn=None):
        sys.stdout.write(f"{offered.number}\t{offered.version}\t{_for(offered)}\tkey {offered.key}\n")
    for station in Station.objects.filter(revoked=None, retired=None):
        now = updates.updates_of(station, now=timezone.now())
        words = [station.sid, now.installed or "-", now.told.take if now.told else "not said"]
        if now.newest is not None and now.newest.offered is not None:
            words += [f"{now.newest.offered.version}: {now.newest.state}", now.newest.reason]
        sys.stdout.write("\t".join(words).rstrip() + "\n")


def _for(offered: OfferedRelease) -> str:
    return f"{offered.debian} on {offered.arch}"


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(updates.MOST_RELEASE_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror})") from None


def _station(sid: str) -> Station:
    station = Station.objects.filter(sid=sid).first()
    if station is None:
        raise ConfigError(f"there is no station {sid}")
    return station


def _offered(number: int) -> OfferedRelease:
    offered = OfferedRelease.objects.filter(number=number, withdrawn=None).first()
    if offered is None:
        raise ConfigError(f"no release number {number} is offered; see: balance-care update list")
    return offered
