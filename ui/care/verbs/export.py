"""`balance-care export`: a copy of all that is kept of one patient."""

import argparse
import io
import sys

from station.errors import StoreError
from station.link.whole_file import PRIVATE, write_whole
from ui.care.installation.ready import require_database
from ui.care.people.patient_copy import write_copy
from ui.care.people.roster import patient_named
from ui.care.rights.audit import write
from ui.care.rights.operator import operator


def run(arguments: argparse.Namespace) -> int:
    """Write the ZIP, readable by its owner only. Returns 0. Raises StationError."""
    require_database()
    patient = patient_named(arguments.pseudonym)
    if arguments.out.exists():
        raise StoreError(f"{arguments.out}: it is there already; name another file with --out")
    # Noted first: a copy nobody knows of would be worse than a line too many.
    write(None, "took a copy of all data", patient.pseudonym, by=operator())
    out = io.BytesIO()
    write_copy(patient, out)
    write_whole(arguments.out, out.getvalue(), mode=PRIVATE)
    sys.stdout.write(f"{arguments.out}: all data of {patient.pseudonym}, with the name\n")
    return 0
