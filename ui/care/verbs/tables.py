"""`balance-care tables`: sessions, trials, events and journal as CSV files in a ZIP."""

import argparse

from ui.care.installation.ready import require_database
from ui.care.out.selection import OPERATOR
from ui.care.out.tables import tables, write_zip
from ui.care.verbs.taking import patient_called, period_of, say_written, write_whole


def run(arguments: argparse.Namespace) -> int:
    """Write the file. Returns 0. Raises StationError for an unknown patient, a bad period or a bad place."""
    require_database()
    patient = patient_called(arguments.pseudonym) if arguments.pseudonym else None
    chosen = tables(OPERATOR, period_of(arguments), patient=patient, names=arguments.names)
    counts: dict[str, int] = {}
    write_whole(
        arguments.out,
        lambda out: counts.update(write_zip(chosen, out)),
        action="took tables",
        subject=patient.pseudonym if patient else "",
    )
    return say_written(arguments.out, ", ".join(f"{count} {name}" for name, count in counts.items()))
