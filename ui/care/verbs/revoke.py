"""`balance-care revoke`: take back every certificate of a station, recorder or broker."""

import argparse
import sys

from django.db import transaction

from station.link.whole_file import PUBLIC, write_whole
from ui.care.installation.folder import data_folder
from ui.care.installation.ready import require_database
from ui.care.models import Station
from ui.care.rights.audit import note_command
from ui.care.trust.authority import Authority
from ui.care.trust.enrolment import end


def run(arguments: argparse.Namespace) -> int:
    """Revoke. Returns 0. Raises StationError for a name that never had a certificate."""
    require_database()
    authority = Authority(data_folder().authority)
    station = Station.objects.filter(sid=arguments.name).first()
    with transaction.atomic():
        note_command("revoked", arguments.name)
        if station is not None:
            end(station)
        count = authority.revoke(arguments.name)
    list_ = authority.crl_file
    if arguments.crl is not None:
        write_whole(arguments.crl, list_.read_bytes(), mode=PUBLIC)
        list_ = arguments.crl
    ended = "; its enrolment has ended here" if station is not None else ""
    sys.stdout.write(
        f"{arguments.name}: certificates taken back: {count}{ended}; the list for the broker is {list_}\n"
        "It holds only once every broker has it, a clinic's too: put it in the place of crl.pem, then\n"
        "systemctl restart mosquitto (a reload keeps out who comes, not who is there).\n"
        "balance-care crl says where the list stands; --check FILE, whether a broker's copy is the newest.\n"
    )
    return 0
