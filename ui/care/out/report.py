"""The report of one patient: what it takes, from the database to the file."""

from datetime import datetime
from typing import Final

from django.utils import translation

from station.errors import ConfigError
from ui.care.models import Patient
from ui.care.out.languages import languages
from ui.care.out.page import Paper, render
from ui.care.out.period import Period
from ui.care.out.record import read_record
from ui.care.out.selection import Viewer
from ui.care.out.summary import summarize

PAPERS: Final[tuple[Paper, ...]] = ("A4", "Letter")


def report(
    viewer: Viewer, patient: Patient, period: Period, *, language: str, paper: Paper, now: datetime
) -> bytes:
    """Return the PDF. Raises ConfigError for a language or paper there is none for."""
    if language not in languages():
        raise ConfigError(f"language is {language[:20]!r}; reports are written in {', '.join(languages())}")
    if paper not in PAPERS:
        raise ConfigError(f"paper is {paper[:20]!r}; there are {', '.join(PAPERS)}")
    record = read_record(viewer, patient, period)
    with translation.override(language):
        return render(summarize(record, now=now), paper=paper, made=now)
