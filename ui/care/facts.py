"""What is known of many patients by now, gathered with the same few queries however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from station.link.messages import Birth
from ui.care.models import Event, Patient, Prescription, Session, Station
from ui.care.models.programme import State
from ui.care.programme import birth_of

LOOKED_BACK: Final = timedelta(days=14)
WEEK: Final = timedelta(days=7)
FALL: Final = "possible_fall"
# How long an event asks for somebody. A week is told in its own line.
ASKED_FOR: Final = (
    *(FALL, "red_flag", "pain_stop", "pain_up", "overdone", "sensor_fault", "recalibrate"),
    *("proposal", "eased"),
)


@dataclass(frozen=True, slots=True)
class Did:
    """One session of the last days."""

    started: datetime
    trained: bool
    pain: int | None
    sim: bool


@dataclass(slots=True)
class Facts:
    """One patient; `rx` is the newest programme and `in_force` the newest that the station applied."""

    patient: Patient
    station: Station | None = None
    birth: Birth | None = None
    rx: Prescription | None = None
    in_force: Prescription | None = None
    did: list[Did] = field(default_factory=list)
    last_trained: datetime | None = None
    events: list[Event] = field(default_factory=list)  # newest first
    held_by: datetime | None = None  # a fall after which no programme was applied
    released: datetime | None = None  # when the programme after the last fall came into force
    session: Session | None = None

    @property
    def on_hold(self) -> bool:
        """Whether the care team holds all training: then nobody is overdue."""
        return bool(self.in_force and self.in_force.document.get("on_hold"))

    @property
    def shared(self) -> bool:
        """Whether the station belongs to several people."""
        return self.station is not None and self.station.patient_id is None

    @property
    def sim(self) -> bool:
        """Whether what is known of the patient comes from a simulated board."""
        if self.session is not None:
            return self.session.sim
        return bool(self.birth and self.birth.sim)

    @property
    def planned(self) -> int | None:
        """On how many days of seven the programme in force wants training; None without one."""
        return days_planned(self.in_force.document) if self.in_force else None

    def days_trained(self, now: datetime, *, weeks_ago: int = 0) -> set[date]:
        """Return the days of seven on which there was training, local dates."""
        end = timezone.localdate(now) - weeks_ago * WEEK
        days = {timezone.localdate(did.started) for did in self.did if did.trained}
        return {day for day in days if end - WEEK < day <= end}


def days_planned(document: dict[str, Any]) -> int:
    """Return on how many days of seven a programme wants training: its busiest exercise, less rest days."""
    busiest = max((exercise.get("days_a_week", 7) for exercise in document["exercises"]), default=7)
    return int(min(busiest, 7 - document.get("rest_days_a_week", 1)))


def facts_of(patients: QuerySet[Patient], *, now: datetime) -> list[Facts]:
    """Return the facts of these patients, in their order."""
    newest = Session.objects.filter(patient=OuterRef("pk")).order_by("-started").values("pk")[:1]
    people = list(patients.annotate(session_pk=Subquery(newest)).prefetch_related("stations"))
    newest_sessions = Session.objects.select_related("station").defer("body")
    sessions = newest_sessions.in_bulk([p.session_pk for p in people if p.session_pk])
    known = {patient.pk: Facts(patient) for patient in people}
    for patient in people:
        fact = known[patient.pk]
        fact.session = sessions.get(patient.session_pk)
        fact.station = patient.station() or (fact.session.station if fact.session else None)
    _add_programmes(known.values())
    _add_sessions(known, now)
    _add_events(known, now)
    births: dict[int, Birth | None] = {}
    for fact in known.values():
        if fact.station is not None:
            if fact.station.pk not in births:
                births[fact.station.pk] = birth_of(fact.station)
            fact.birth = births[fact.station.pk]
    return list(known.values())


def _add_programmes(facts: Iterable[Facts]) -> None:
    whose = {
        (fact.station.pk, fact.patient.pseudonym if fact.shared else ""): fact
        for fact in facts
        if fact.station
    }
    shared = {fact.station.pk for fact in whose.values() if fact.station and fact.shared}
    rows = Prescription.objects.filter(station__in={station for station, _ in whose}).order_by("version")
    # A programme is some kB, and of all versions only two are asked for.
    newest: dict[tuple[int, str], int] = {}
    applied: dict[tuple[int, str], int] = {}
    for pk, station, subj, state in rows.values_list("pk", "station", "document__subj", "state"):
        key = station, subj if station in shared else ""
        newest[key] = pk
        if state == State.APPLIED:
            applied[key] = pk
    wanted = Prescription.objects.defer("signed").in_bulk([*newest.values(), *applied.values()])
    for key, fact in whose.items():
        fact.rx = wanted.get(newest.get(key, 0))
        fact.in_force = wanted.get(applied.get(key, 0))


def _add_sessions(known: dict[int, Facts], now: datetime) -> None:
    of_them = Session.objects.filter(patient__in=known)
    rows = of_them.filter(started__gt=now - LOOKED_BACK).order_by("started")
    for patient, started, count, body, sim in rows.values_list(
        "patient", "started", "trial_count", "body", "sim"
    ):
        pain = (body or {}).get("answers", {}).get("pain")
        known[patient].did.append(Did(started, count != 0, pain if isinstance(pain, int) else None, sim))
    trained = of_them.exclude(trial_count=0).values("patient").annotate(last=Max("started")).order_by()
    for row in trained:
        known[row["patient"]].last_trained = row["last"]


def _add_events(known: dict[int, Facts], now: datetime) -> None:
    of_them = Event.objects.filter(patient__in=known)
    # What was answered, also with "not yet", asks for nobody any more.
    asking = of_them.filter(kind__in=ASKED_FOR, happened__gt=now - LOOKED_BACK, answer=None)
    for event in asking.order_by("-happened"):
        known[event.patient_id or 0].events.append(event)
    falls = of_them.filter(kind=FALL).values("patient").annotate(last=Max("happened")).order_by()
    for row in falls:
        fact = known[row["patient"]]
        if fact.in_force is not None and fact.in_force.created > row["last"]:
            fact.released = fact.in_force.answered or fact.in_force.created
        else:
            fact.held_by = row["last"]


def pain_means(did: Sequence[Did], now: datetime) -> tuple[float, float] | None:
    """Return mean pain of the week before the last seven days, and of these; None below two sessions each."""
    parts: defaultdict[bool, list[int]] = defaultdict(list)
    for session in did:
        if session.pain is not None:
            parts[session.started > now - WEEK].append(session.pain)
    before, lately = parts[False], parts[True]
    if len(before) < 2 or len(lately) < 2:
        return None
    return sum(before) / len(before), sum(lately) / len(lately)
