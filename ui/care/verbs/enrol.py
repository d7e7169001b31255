"""`balance-care enrol`: make a station known, give it to a patient, and answer its request."""

import argparse
import base64
import json
import sys
from pathlib import Path

from django.db import transaction

from station.errors import ConfigError
from station.link.signature import key_id
from ui.care.installation.folder import data_folder
from ui.care.installation.ready import require_database
from ui.care.models import Station
from ui.care.rights.access import seen_by
from ui.care.rights.audit import write
from ui.care.rights.operator import operator
from ui.care.trust.bundles import Asked, write_bundle
from ui.care.trust.enrolment import enrol


def run(arguments: argparse.Namespace) -> int:
    """Enrol. Returns 0. Raises StationError for a station that is somebody else's, or a bad request."""
    require_database()
    asked = asked_for(arguments)
    folder = data_folder()
    with transaction.atomic():  # a request that is refused leaves nobody enrolled
        station = enrol(arguments.station, arguments.patient)
        if not station.keys and station.birth is None:  # it is given this key, printed below or in its bundle
            Station.objects.filter(pk=station.pk).update(keys=folder.ring().ids()[:1])
        patient = station.patient
        about = patient.pseudonym if patient else ""
        write(None, "enrolled a station", station.sid, about=about, by=operator())
        written = write_bundle(station, asked, folder) if asked else None
    public_key = folder.public_key()
    facts = {
        "station": station.sid,
        "subj": station.patient.pseudonym if station.patient else None,
        "key": key_id(public_key),
        "public_key": base64.b64encode(public_key).decode(),
    }
    if written is not None:
        facts |= {
            "bundle": str(written.file),
            "valid_until": written.ends.strftime("%Y-%m-%d"),
            "authority": written.authority,
        }
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        sys.stdout.writelines(f"{name}: {value}\n" for name, value in facts.items())
        if patient is not None and not seen_by(patient).exists():
            sys.stdout.write(
                f"Nobody sees this patient's results yet: balance-care user assign NAME {patient.pseudonym}\n"
            )
    return 0


def asked_for(arguments: argparse.Namespace) -> Asked | None:
    """Return how a bundle is asked for, None when it is not. Raises ConfigError for half of it."""
    page: Path | None = arguments.qr
    if arguments.request is None and not arguments.with_key:
        if arguments.out or arguments.broker or page:
            raise ConfigError("--out, --qr and --broker belong to a bundle; add --request FILE or --with-key")
        if arguments.language:
            raise ConfigError("--language is of the page to print; add --qr FILE.svg")
        return None
    if page is not None and page.suffix.lower() != ".svg":
        raise ConfigError(f"--qr {page}: name a file that ends in .svg; a browser shows and prints it")
    out = arguments.out or (None if page else Path(f"{arguments.station}.bundle.json"))
    return Asked(arguments.request, arguments.broker, out, page, arguments.language or "en")
