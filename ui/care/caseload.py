"""What the lists of the site show of each patient, with few queries however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery, UUIDField
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from ui.care.models import Event, Patient, Prescription, Session, Station, Trial
from ui.care.words import ALARMS, EVENT, routine_words

ALARM_FOR: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """One patient of the list."""

    patient: Patient
    station: Station | None
    session: Session | None
    done: tuple[str, ...]
    prescription: Prescription | None
    alarm: Event | None

    @property
    def alarm_words(self) -> str:
        """What the alarm was."""
        return str(EVENT.get(self.alarm.kind, self.alarm.kind)) if self.alarm else ""


def caseload(of: QuerySet[Patient]) -> list[Line]:
    """Return a line for each of these patients, those with an alarm of the last days first."""
    newest_session = Session.objects.filter(patient=OuterRef("pk")).order_by("-started").values("pk")[:1]
    alarms = Event.objects.filter(
        patient=OuterRef("pk"), kind__in=ALARMS, happened__gt=timezone.now() - ALARM_FOR
    )
    newest_alarm = alarms.order_by("-happened").values("pk")[:1]
    patients = list(
        of.annotate(
            session_pk=Subquery(newest_session), alarm_pk=Subquery(newest_alarm, output_field=UUIDField())
        )
        .prefetch_related("stations")
        .order_by("name")
    )
    sessions = Session.objects.prefetch_related("trials").in_bulk(
        [p.session_pk for p in patients if p.session_pk]
    )
    events = Event.objects.in_bulk([p.alarm_pk for p in patients if p.alarm_pk])
    stations = {p.pk: next(iter(p.stations.all()), None) for p in patients}
    prescriptions = _newest_prescriptions([s for s in stations.values() if s])
    lines = [
        Line(
            patient=patient,
            station=(station := stations[patient.pk]),
            session=(session := sessions.get(patient.session_pk)),
            done=done_words(list(session.trials.all())) if session else (),
            prescription=prescriptions.get(station.pk) if station else None,
            alarm=events.get(patient.alarm_pk),
        )
        for patient in patients
    ]
    return sorted(lines, key=lambda line: line.alarm is None)


def _newest_prescriptions(stations: Sequence[Station]) -> dict[int, Prescription]:
    of_stations = Prescription.objects.filter(station__in=stations).order_by("version").defer("signed")
    owners = {station.pk: station.patient_id for station in stations}
    subjects = dict(Patient.objects.filter(pk__in=owners.values()).values_list("pk", "pseudonym"))
    return {
        rx.station_id: rx
        for rx in of_stations
        if rx.document["subj"] == subjects.get(owners[rx.station_id])  # not of somebody before
    }


def done_words(trials: Sequence[Trial]) -> tuple[str, ...]:
    """Return what was done in a session, an exercise a line: "Supported standing, rung 2: 2 of 2 reached"."""
    lines: dict[tuple[str, int, str], list[Trial]] = {}
    for trial in sorted(trials, key=lambda trial: trial.number):
        lines.setdefault((trial.routine, trial.rung, trial.side), []).append(trial)
    return tuple(_exercise_line(*key, of_exercise) for key, of_exercise in lines.items())


def _exercise_line(routine: str, rung: int, side: str, trials: Sequence[Trial]) -> str:
    reached = sum(trial.outcome == "done" for trial in trials)
    counted = ngettext(
        "%(reached)d of %(count)d hold reached", "%(reached)d of %(count)d holds reached", len(trials)
    )
    return gettext("%(exercise)s, rung %(rung)d: %(counted)s") % {
        "exercise": routine_words(routine, side),
        "rung": rung,
        "counted": counted % {"reached": reached, "count": len(trials)},
    }
