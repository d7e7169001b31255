"""`balance-care prescribe`: send a programme from a JSON file."""

import argparse
import sys

from station.errors import StoreError
from ui.care.installation.ready import require_database
from ui.care.models import Station
from ui.care.prescribing.programme import complete, queue
from ui.care.rights.audit import write
from ui.care.rights.operator import operator


def run(arguments: argparse.Namespace) -> int:
    """Queue the programme. Returns 0. Raises StationError for an unknown station or a bad file."""
    require_database()
    station = Station.objects.filter(sid=arguments.station).first()
    if station is None:
        raise StoreError(f"station {arguments.station} is not known here; run: balance-care enrol")
    try:
        document = arguments.file.read_bytes()
    except OSError as error:
        raise StoreError(f"{arguments.file}: cannot be read ({error.strerror})") from error
    prescription = queue(station, complete(document, station, where=str(arguments.file)), who=None)
    subject = prescription.document["subj"]
    write(None, f"sent programme version {prescription.version}", subject, about=subject, by=operator())
    sys.stdout.write(f"queued version {prescription.version} for station {station.sid}\n")
    return 0
