"""What the verbs that take data out have in common: whose, of when, and a file that is whole or not there."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.utils import timezone

from station.errors import ConfigError, StoreError
from ui.care.models import Audit, Patient
from ui.care.out.period import USUAL, Period
from ui.care.out.selection import OPERATOR, patient_of


def patient_called(pseudonym: str) -> Patient:
    """Return a patient. Raises ConfigError for a pseudonym nobody has."""
    patient = patient_of(OPERATOR, pseudonym)
    if patient is None:
        raise ConfigError(f"no patient has the pseudonym {pseudonym[:64]!r} here")
    return patient


def period_of(arguments: argparse.Namespace, usual: timedelta = USUAL) -> Period:
    """Return the period of --from and --to. Raises ConfigError."""
    return Period.read(arguments.first, arguments.last, today=timezone.localdate(), usual=usual)


def write_whole(file: Path, write: Callable[[IO[bytes]], object], *, action: str, subject: str) -> None:
    """Write a file that only its owner can read, whole or not at all, and note it in the audit.

    Raises StoreError where it cannot be written; a file that was there stays then as it was.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=file.absolute().parent, prefix=".draft-", delete=False) as draft:
            try:
                write(draft)
                draft.flush()
                Path(draft.name).replace(file)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise StoreError(
            f"{file}: cannot be written ({error.strerror or error}); see its folder's owner and space"
        ) from error
    Audit.objects.create(who=None, action=f"command: {action}", subject=subject)


def say_written(file: Path, what: str) -> int:
    """Say on stdout what stands where; return 0."""
    sys.stdout.write(f"{file}: {what}\n")
    return 0
