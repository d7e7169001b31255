"""`balance-care fhir`: a FHIR R4 bundle of one patient."""

import argparse
import json

from django.utils import timezone

from ui.care.installation.ready import require_database
from ui.care.out.fhir.bundle import bundle
from ui.care.out.selection import OPERATOR
from ui.care.verbs.taking import patient_called, period_of, say_written, write_whole


def run(arguments: argparse.Namespace) -> int:
    """Write the file. Returns 0. Raises StationError for an unknown patient, a bad period or a bad place."""
    require_database()
    patient = patient_called(arguments.pseudonym)
    period = period_of(arguments)
    document = bundle(OPERATOR, patient, period, names=arguments.names, now=timezone.now())
    content = json.dumps(document, ensure_ascii=False, indent=1).encode()
    write_whole(
        arguments.out, lambda out: out.write(content), action="took a FHIR bundle", subject=patient.pseudonym
    )
    return say_written(arguments.out, f"{len(document['entry'])} resources")
