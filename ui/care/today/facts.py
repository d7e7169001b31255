"""What is known of many patients by now, gathered with the same few queries however many there are.

The database counts and picks; one row a patient comes back from each query, not all there is of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Avg, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject, TruncDate
from django.utils import timezone

from station.sway.plate import NOMINAL_ID
from ui.care.models import Event, Patient, Prescription, Session
from ui.care.models.programme import State
from ui.care.today.boards import Board, boards_of
from ui.care.today.versions import Version, versions_of

LOOKED_BACK: Final = timedelta(days=14)
WEEK: Final = timedelta(days=7)
FEWEST_PAINS: Final = 2  # sessions of a week before its mean is told
FALL: Final = "possible_fall"
# How long an event asks for somebody. A week is told in its own line.
ASKED_FOR: Final = (
    *(FALL, "red_flag", "pain_stop", "pain_up", "overdone", "sensor_fault", "recalibrate"),
    *("proposal", "eased"),
)


@dataclass(frozen=True, slots=True)
class Lately:
    """The last two weeks: on how many of the last seven days there was training, mean pain of both weeks."""

    days: int = 0
    pain: tuple[float, float] | None = None


class Person(NamedTuple):
    """A patient as the list names them."""

    pk: int
    pseudonym: str
    name: str
    created: datetime


@dataclass(slots=True)
class Facts:
    """One patient; `rx` is the newest programme and `in_force` the newest that the station applied."""

    patient: Person
    station: Board | None = None
    sim: bool = False  # what is known of the patient comes from a simulated board
    rx: Version | None = None
    in_force: Version | None = None
    lately: Lately = Lately()
    newest_session: str | None = None  # its id
    last_trained: datetime | None = None
    last_fall: datetime | None = None
    events: list[Event] = field(default_factory=list)  # that ask for somebody, newest first

    @property
    def on_hold(self) -> bool:
        """Whether the care team holds all training: then nobody is overdue."""
        return bool(self.in_force and self.in_force.on_hold)

    @property
    def cal(self) -> str | None:
        """What the station said of its calibration."""
        return self.station.told_cal if self.station else None

    @property
    def calibrated_long_ago(self) -> bool:
        """Whether the board was calibrated so long ago that it wants another calibration."""
        return self.station is not None and self.station.long_ago and self.cal != NOMINAL_ID

    @property
    def told_sim(self) -> bool:
        """Whether the station said that its board is a simulated one."""
        return self.station is not None and self.station.told_sim == "true"

    @property
    def shared(self) -> bool:
        """Whether the station belongs to several people."""
        return self.station is not None and self.station.patient_id is None

    @property
    def own(self) -> bool:
        """Whether the station is this person's, and nobody else's."""
        return self.station is not None and self.station.patient_id == self.patient.pk

    @property
    def planned(self) -> int | None:
        """On how many days of seven the programme in force wants training; None without one."""
        return self.in_force.days if self.in_force else None

    @property
    def held_by(self) -> datetime | None:
        """A fall after which no programme came into force."""
        return None if self._answers_the_fall() else self.last_fall

    @property
    def released(self) -> datetime | None:
        """When the programme after the last fall came into force."""
        if self.in_force is None or not self._answers_the_fall():
            return None
        return self.in_force.answered or self.in_force.created

    def _answers_the_fall(self) -> bool:
        fall, rx = self.last_fall, self.in_force
        return fall is not None and rx is not None and rx.created > fall


def facts_of(patients: QuerySet[Patient], *, now: datetime) -> list[Facts]:
    """Return the facts of these patients, in their order."""
    facts = begun(patients, now=now)
    _add_programmes(facts)
    add_lately(facts, patients, now=now)
    add_events(facts, patients, now=now)
    return facts


def begun(patients: QuerySet[Patient], *, now: datetime) -> list[Facts]:
    """Return patients, stations, and what of their sessions and falls is the newest."""
    of_them = Session.objects.filter(patient=OuterRef("pk")).order_by("-started")
    falls = Event.objects.filter(patient=OuterRef("pk"), kind=FALL).order_by("-happened")
    rows = patients.annotate(
        newest=Subquery(of_them.values(told=JSONObject(pk="pk", sim="sim", station="station_id"))[:1]),
        last_trained=Subquery(of_them.exclude(trial_count=0).values("started")[:1]),
        last_fall=Subquery(falls.values("happened")[:1]),
    ).values_list(*Person._fields, "newest", "last_trained", "last_fall")
    facts, trained_on = [], []
    for *person, newest, last_trained, last_fall in rows:
        fact = Facts(Person._make(person), last_trained=last_trained, last_fall=last_fall)
        if newest:
            fact.newest_session, fact.sim = newest["pk"], bool(newest["sim"])
            trained_on.append((fact.patient.pk, newest["station"]))
        facts.append(fact)
    boards = boards_of(patients, trained_on, now=now)
    for fact in facts:
        fact.station = boards.get(fact.patient.pk)
        fact.sim = fact.sim or (fact.newest_session is None and fact.told_sim)
    return facts


def _keys(patients: QuerySet[Patient]) -> QuerySet[Patient, Any]:
    """Return who they are, for another query: a thousand numbers take longer to be written and read."""
    return patients.order_by().values("pk")


def _add_programmes(facts: Iterable[Facts]) -> None:
    newest: dict[int, int | None] = {}
    applied: dict[int, int | None] = {}
    elsewhere: dict[tuple[int, str], int] = {}
    for fact in facts:
        board = fact.station
        if board is None:
            continue
        if fact.own:
            newest[fact.patient.pk], applied[fact.patient.pk] = board.newest_rx, board.applied_rx
        else:
            elsewhere[board.pk, fact.patient.pseudonym] = fact.patient.pk
    if elsewhere:
        stations, people = zip(*elsewhere, strict=True)
        rows = Prescription.objects.filter(station__in=set(stations), subj__in=people).order_by("version")
        for pk, station, subj, state in rows.values_list("pk", "station", "subj", "state"):
            patient = elsewhere.get((station, subj), 0)
            newest[patient] = pk
            if state == State.APPLIED:
                applied[patient] = pk
    there = versions_of(
        Prescription.objects.filter(pk__in={pk for pk in (*newest.values(), *applied.values()) if pk})
    )
    for fact in facts:
        fact.rx = there.get(newest.get(fact.patient.pk) or 0)
        fact.in_force = there.get(applied.get(fact.patient.pk) or 0)


def add_lately(facts: Iterable[Facts], patients: QuerySet[Patient], *, now: datetime) -> None:
    """Add what the last two weeks were like; `patients` are all whose facts these are."""
    known = {fact.patient.pk: fact for fact in facts}
    this_week = Q(started__gt=now - WEEK)
    days = Q(day__gt=timezone.localdate(now) - WEEK, day__lte=timezone.localdate(now))
    rows = (
        Session.objects.filter(patient__in=_keys(patients), started__gt=now - LOOKED_BACK)
        .annotate(day=TruncDate("started"))
        .values_list("patient")
        .annotate(
            days=Count("day", distinct=True, filter=days & ~Q(trial_count=0)),
            before=Avg("pain", filter=~this_week),
            before_count=Count("pain", filter=~this_week),
            this=Avg("pain", filter=this_week),
            this_count=Count("pain", filter=this_week),
        )
        .order_by()
    )
    for patient, days_trained, before, before_count, this, this_count in rows:
        told = min(before_count, this_count) >= FEWEST_PAINS
        means = (float(before), float(this)) if told else None
        known[patient].lately = Lately(days_trained, means)


def add_events(facts: Sequence[Facts], patients: QuerySet[Patient], *, now: datetime) -> None:
    """Add the events of the last two weeks that ask for somebody."""
    known = defaultdict(list)
    # What was answered, also with "not yet", asks for nobody any more.
    rows = Event.objects.filter(
        patient__in=_keys(patients), kind__in=ASKED_FOR, happened__gt=now - LOOKED_BACK, answer=None
    )
    for event in rows.order_by("-happened"):
        known[event.patient_id].append(event)
    for fact in facts:
        fact.events = known[fact.patient.pk]


def asking(events: Iterable[Event], *, now: datetime) -> list[Event]:
    """Return which of these events (newest first, each with its answer) ask for somebody."""
    since = now - LOOKED_BACK
    return [e for e in events if e.kind in ASKED_FOR and e.happened > since and not hasattr(e, "answer")]
