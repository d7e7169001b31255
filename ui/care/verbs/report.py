"""`balance-care report`: the report of one patient as PDF."""

import argparse

from django.utils import timezone

from ui.care.installation.ready import require_database
from ui.care.out.report import report
from ui.care.out.selection import OPERATOR
from ui.care.verbs.taking import patient_called, period_of, say_written, write_whole


def run(arguments: argparse.Namespace) -> int:
    """Write the file. Returns 0. Raises StationError for an unknown patient, a bad period or a bad place."""
    require_database()
    patient = patient_called(arguments.pseudonym)
    now = timezone.now()
    pdf = report(
        OPERATOR,
        patient,
        period_of(arguments),
        language=arguments.language,
        paper=arguments.paper,
        now=now,
    )
    write_whole(arguments.out, lambda out: out.write(pdf), action="took a report", subject=patient.pseudonym)
    return say_written(arguments.out, "a report of one page")
