"""On how many days of 30 there was data: what remote monitoring is paid by in some countries.

USA: CPT 98977 (device supply, musculoskeletal) asks for 16 or more days with data of 30; since 2026, 98985
stands for 2 to 15 (CPT; Medicare Physician Fee Schedule, final rules for 2022, 86 FR 64996, and 2026). What
is billed is for the clinic to decide: this counts days.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from station.errors import ConfigError
from ui.care.models import Patient
from ui.care.out.period import DAY, Period
from ui.care.out.selection import Viewer, journals_of, patients_of, sessions_of
from ui.care.out.tables import Row, Table

WINDOW_DAYS: Final = 30
USUAL: Final = timedelta(days=90)
NEEDED_DAYS: Final = 16  # CPT 98977
SETTING: Final = "BALANCE_CARE_MONITORING_DAYS"
COLUMNS: Final = (
    *("patient", "from", "to", "days_with_data [1]", "needed [1]", "reached", "whole", "simulated_days [1]"),
)


@dataclass(frozen=True, slots=True)
class Window:
    """Thirty days of one patient; `whole` is False while they are not over.

    Days on which there was only simulated data are counted apart, and never towards what is needed.
    """

    patient: Patient
    first: date
    last: date
    days: int
    sim_days: int
    needed: int
    whole: bool

    @property
    def reached(self) -> bool:
        """Whether it has as many days as are needed."""
        return self.days >= self.needed

    @property
    def lacking(self) -> int:
        """Return how many days it lacks."""
        return max(0, self.needed - self.days)


def needed_days() -> int:
    """Return how many days of 30 are needed. Raises ConfigError when the setting is none."""
    text = os.environ.get(SETTING, "") or str(NEEDED_DAYS)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= WINDOW_DAYS:
        raise ConfigError(f"{SETTING} is {text[:20]!r}; it must be a whole number from 1 to {WINDOW_DAYS}")
    return int(text)


def windows(
    viewer: Viewer, period: Period, *, needed: int, today: date, among: Sequence[Patient] | None = None
) -> list[Window]:
    """Return the windows of each patient, by name; the first begins with the first day of data in the period.

    A patient without data in the period has one window without a day, from the period's first day. `among`
    are some of the viewer's patients, None for all.
    """
    patients = patients_of(viewer).order_by("name", "pk")
    if among is not None:
        patients = patients.filter(pk__in=[patient.pk for patient in among])
    real, sim = _days(viewer, period, patients)
    found: list[Window] = []
    for patient in patients:
        days, sim_days = real[patient.pk], sim[patient.pk] - real[patient.pk]
        begin = min(days | sim_days, default=period.first)
        for first in _starts(begin, min(period.last, max(today, begin))):
            last = first + (WINDOW_DAYS - 1) * DAY
            span = Period(first, last)
            real_days, only_sim = (sum(day in span for day in some) for some in (days, sim_days))
            found.append(Window(patient, first, last, real_days, only_sim, needed, whole=last < today))
    return found


def _starts(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += WINDOW_DAYS * DAY


Days = defaultdict[int, set[date]]


def _days(viewer: Viewer, period: Period, patients: QuerySet[Patient]) -> tuple[Days, Days]:
    """Return the days with measured and with simulated data of each patient: a session or a journal entry.

    The last window may reach beyond the period, so all that came since its begin is read.
    """
    real: Days = defaultdict(set)
    sim: Days = defaultdict(set)
    columns = ("patient_id", "sim")
    theirs = {"patient__in": patients.order_by().values("pk")}
    sessions = sessions_of(viewer).filter(**theirs, started__gte=period.begin)
    journals = journals_of(viewer).filter(**theirs, written__gte=period.begin)
    for rows in (sessions.values_list(*columns, "started"), journals.values_list(*columns, "written")):
        for patient_id, simulated, when in rows.iterator():
            (sim if simulated else real)[patient_id].add(timezone.localdate(when))
    return real, sim


def monitoring_table(found: Iterable[Window], *, names: bool = False) -> Table:
    """Return the windows as CSV."""
    return Table("monitoring", (*(("name",) if names else ()), *COLUMNS), _rows(list(found)))


def _rows(found: Sequence[Window]) -> Iterator[Row]:
    for window in found:
        yield {
            "name": window.patient.name,
            "patient": window.patient.pseudonym,
            "from": window.first,
            "to": window.last,
            "days_with_data [1]": window.days,
            "needed [1]": window.needed,
            "reached": window.reached,
            "whole": window.whole,
            "simulated_days [1]": window.sim_days,
        }
