"""`balance-care signing-key`: the key that signs programmes, its successor, and who holds which."""

import argparse
import sys
from datetime import UTC, datetime

from ui.care.installation.folder import DataFolder, data_folder
from ui.care.installation.ready import require_database
from ui.care.models import Station
from ui.care.rights.audit import note_command
from ui.care.trust import signing


def run(arguments: argparse.Namespace) -> int:
    """Show, rotate or retire. Returns 0. Raises StationError where it cannot be done."""
    require_database()
    folder, now = data_folder(), datetime.now(UTC)
    if arguments.action == "rotate":
        _rotate(folder, now, arguments)
    elif arguments.action == "retire":
        ring = signing.retire(folder, now=now, anyway=arguments.anyway)
        note_command("retired a signing key", ring.ids()[0])
        signing.announce(folder)
        sys.stdout.write("retired, and destroyed here; every station is told\n")
    _show(folder)
    return 0


def _rotate(folder: DataFolder, now: datetime, arguments: argparse.Namespace) -> None:
    if arguments.lost:
        ring = signing.replace_lost(folder)
        note_command("replaced a lost signing key", ring.ids()[0])
        stations = ", ".join(station.sid for station in signing.active()) or "none"
        sys.stdout.write(
            "no older key signs any more. Nothing was announced: whoever has the old one could do that too.\n"
            f"Enrol each station again by a file (balance-care renew STATION --request …): {stations}\n"
        )
        return
    ring = signing.rotate(folder, now=now, overlap_days=arguments.overlap_days)
    note_command("rotated the signing key", ring.ids()[0])
    signing.announce(folder)
    sys.stdout.write(
        f"a new key signs from now on for each station that holds it; the one before is good for "
        f"{arguments.overlap_days} days more.\nBack up the folder {folder.signing_keys}.\n"
    )


def _show(folder: DataFolder) -> None:
    ring = folder.ring()
    for id_, key in zip(ring.ids(), ring.keys, strict=True):
        sys.stdout.write(f"key {id_}\t{f'until {key.until[:10]}' if key.until else 'signs'}\n")
    for station in Station.objects.order_by("sid"):
        sys.stdout.write(f"{station.sid}\t{_words(station, ring.ids())}\n")


def _words(station: Station, ids: list[str]) -> str:
    if station.revoked is not None:
        return "revoked"
    if not station.keys:
        return "has not said which keys it holds"
    words = f"holds {', '.join(station.keys)}"
    if not set(station.keys) & set(ids):
        return f"{words}; none that signs any more: enrol it again by a file"
    told = station.retained.filter(kind="keys").first()
    if told is not None and told.answer:
        return f"{words}; rejects the new one: {told.answer}"
    return words if ids[0] in station.keys else f"{words}; not the newest yet"
