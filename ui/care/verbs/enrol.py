"""`balance-care enrol`: make a station known and say what it needs to know of the care side."""

import argparse
import base64
import json
import sys

from station.link.signature import key_id
from ui.care.enrolment import enrol
from ui.care.folder import data_folder
from ui.care.ready import require_database


def run(arguments: argparse.Namespace) -> int:
    """Enrol. Returns 0. Raises StationError when the station is somebody else's."""
    require_database()
    station = enrol(arguments.station, arguments.patient)
    public_key = data_folder().public_key()
    facts = {
        "station": station.sid,
        "subj": station.patient.pseudonym if station.patient else None,
        "key": key_id(public_key),
        "public_key": base64.b64encode(public_key).decode(),
    }
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        sys.stdout.writelines(f"{name}: {value}\n" for name, value in facts.items())
    return 0
