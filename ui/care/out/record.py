"""What one patient did in a period, read with the same few queries however much it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from ui.care.models import Event, Journal, Patient, Prescription, Session, Station, Trial
from ui.care.models.programme import State
from ui.care.out.period import DAY, Period
from ui.care.out.selection import Viewer, events_of, journals_of, prescriptions_of, sessions_of, trials_of


@dataclass(frozen=True, slots=True)
class InForce:
    """A programme and the days of the period on which it was in force, both ends included."""

    rx: Prescription
    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days these are."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Record:
    """Sessions, trials, events and journal oldest first; programmes that the station applied, oldest first.

    Trials carry their session. `programmes` reach back to the one that was in force when the period began.
    """

    patient: Patient
    period: Period
    sessions: Sequence[Session]
    trials: Sequence[Trial]
    events: Sequence[Event]
    journals: Sequence[Journal]
    programmes: Sequence[InForce]

    @property
    def sim(self) -> bool:
        """Whether any of it comes from a simulated board."""
        return any(row.sim for rows in (self.sessions, self.trials, self.events) for row in rows)

    @property
    def days_trained(self) -> set[date]:
        """Return the days on which something was trained; a check-in that stopped it is none."""
        return {timezone.localdate(session.started) for session in self.sessions if session.trial_count != 0}

    @property
    def days_planned(self) -> float | None:
        """Return on how many days of the period training was planned; None without a programme."""
        if not self.programmes:
            return None
        return sum(it.days * it.rx.days / 7 for it in self.programmes)

    @property
    def stations(self) -> list[Station]:
        """Return the stations that were used."""
        return list({session.station_id: session.station for session in self.sessions}.values())


def read_record(viewer: Viewer, patient: Patient, period: Period) -> Record:
    """Return what one of the viewer's patients did in the period."""
    span = (period.begin, period.end)
    sessions = sessions_of(viewer).filter(patient=patient, started__gte=span[0], started__lt=span[1])
    trials = trials_of(viewer).filter(session__patient=patient, started__gte=span[0], started__lt=span[1])
    events = events_of(viewer).filter(patient=patient, happened__gte=span[0], happened__lt=span[1])
    journals = journals_of(viewer).filter(patient=patient, written__gte=span[0], written__lt=span[1])
    programmes = prescriptions_of(viewer).filter(subj=patient.pseudonym, state=State.APPLIED)
    return Record(
        patient=patient,
        period=period,
        sessions=list(sessions.select_related("station").order_by("started", "pk")),
        trials=list(trials.select_related("session__station").order_by("started", "number", "pk")),
        events=list(events.order_by("happened", "pk")),
        journals=list(journals.order_by("written", "pk")),
        programmes=_in_force(list(programmes.defer("signed").order_by("version")), period),
    )


def _in_force(applied: Sequence[Prescription], period: Period) -> list[InForce]:
    today = min(period.last, timezone.localdate())
    starts = [timezone.localdate(rx.answered or rx.created) for rx in applied]
    spans = []
    for number, (rx, start) in enumerate(zip(applied, starts, strict=True)):
        until = starts[number + 1] - DAY if number + 1 < len(starts) else today
        first, last = max(start, period.first), min(until, today)
        # One that was replaced on its first day was in force on none, and its change is told with the next.
        if first <= last:
            spans.append(InForce(rx, first, last))
    return spans
