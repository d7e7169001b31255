"""`balance-care renew`: a new certificate for a station that is enrolled, before the old one ends."""

import argparse
import sys

from django.db import transaction

from station.errors import ConfigError
from ui.care.installation.folder import data_folder
from ui.care.installation.ready import require_database
from ui.care.models import Station
from ui.care.rights.audit import note_command
from ui.care.trust.bundles import write_bundle
from ui.care.verbs.enrol import asked_for


def run(arguments: argparse.Namespace) -> int:
    """Renew. Returns 0. Raises StationError for a station that is not enrolled, or a bad request."""
    require_database()
    asked = asked_for(arguments)
    if asked is None:
        raise ConfigError("name the station's request with --request FILE, or add --with-key")
    station = Station.objects.filter(sid=arguments.station).exclude(patient=None, keys=[]).first()
    if station is None:
        raise ConfigError(f"station {arguments.station} is not enrolled; run: balance-care enrol")
    if station.revoked is not None:
        raise ConfigError(f"station {station.sid} was revoked; enrol it again: balance-care enrol")
    with transaction.atomic():
        note_command("renewed a certificate", station.sid)
        written = write_bundle(station, asked, data_folder())
    sys.stdout.write(
        f"{written.file}: for station {station.sid}, valid until {written.ends:%Y-%m-%d}, "
        f"authority {written.authority}\n"
    )
    return 0
