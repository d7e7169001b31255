"""What is known of many patients by now, gathered with the same few queries however many there are.

The database counts and picks; one row a patient comes back from each query, not all there is of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import (
    Avg,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject, TruncDate
from django.utils import timezone

from station.sway.plate import NOMINAL_ID
from ui.care.models import Event, Patient, Prescription, Session, Station
from ui.care.models.programme import State
from ui.care.today.versions import Version, versions_of
from ui.care.words.at_risk import TOLD

LOOKED_BACK: Final = timedelta(days=14)
WEEK: Final = timedelta(days=7)
CALIBRATED_FOR: Final = timedelta(days=365)
CALIBRATED_BEFORE: Final = timedelta(days=60)  # two months of a year ago are looked at, not all years before
FEWEST_PAINS: Final = 2  # sessions of a week before its mean is told
SHOWN: Final = (
    "sid",
    "patient",
    "online",
    "last_seen",
    "revoked",
    "retired",
    "created",
)  # of a station in a list
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


@dataclass(slots=True)
class Facts:
    """One patient; `rx` is the newest programme and `in_force` the newest that the station applied.

    `cal` and `certificate_until` are what the station said of itself; `calibrated_long_ago` whether that
    calibration was in use so long ago that the board wants another one.
    """

    patient: Patient
    station: Station | None = None
    cal: str | None = None
    certificate_until: str | None = None
    calibrated_long_ago: bool = False
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


def begun(patients: QuerySet[Patient], *, now: datetime, whole: bool = False) -> list[Facts]:
    """Return patients, stations, and what of their sessions and falls is the newest.

    `whole` brings each station with all it has said, which is some kB.
    """
    of_them = Session.objects.filter(patient=OuterRef("pk")).order_by("-started")
    falls = Event.objects.filter(patient=OuterRef("pk"), kind=FALL).order_by("-happened")
    rows = patients.annotate(
        newest=Subquery(of_them.values(told=JSONObject(pk="pk", sim="sim", station="station_id"))[:1]),
        last_trained=Subquery(of_them.exclude(trial_count=0).values("started")[:1]),
        last_fall=Subquery(falls.values("happened")[:1]),
    )
    people: list[Any] = list(rows)
    own, others = _boards(people, patients, _stations(now, whole=whole))
    facts = []
    for person in people:
        told = person.newest or {}
        fact = Facts(person, own.get(person.pk) or others.get(told.get("station") or 0))
        fact.newest_session, fact.sim = told.get("pk"), bool(told.get("sim"))
        fact.last_trained, fact.last_fall = person.last_trained, person.last_fall
        _add_board(fact, known=bool(told))
        facts.append(fact)
    return facts


def _keys(patients: QuerySet[Patient]) -> QuerySet[Patient, Any]:
    """Return who they are, for another query: a thousand numbers take longer to be written and read."""
    return patients.order_by().values("pk")


def _boards(
    people: Sequence[Any], patients: QuerySet[Patient], stations: QuerySet[Station]
) -> tuple[dict[int, Station], dict[int, Station]]:
    """Return by patient the station they train on, and by key those where people without one trained last."""
    own: dict[int, Station] = {}
    theirs = stations.filter(patient__in=_keys(patients))
    # As Patient.station() chooses: one that was revoked only where there is no other.
    for station in sorted(theirs.order_by(), key=lambda s: (s.revoked is not None, s.sid), reverse=True):
        own[station.patient_id or 0] = station
    elsewhere = {p.newest["station"] for p in people if p.newest and p.pk not in own}
    return own, stations.in_bulk(elsewhere) if elsewhere else {}


def _stations(now: datetime, *, whole: bool) -> QuerySet[Station]:
    """Return stations with what they said of their boards, and the programmes of their own patients."""
    theirs = Prescription.objects.filter(station=OuterRef("pk"), subj=OuterRef("patient__pseudonym"))
    theirs = theirs.order_by("-version")
    since = now - CALIBRATED_FOR
    long_ago = Session.objects.filter(
        station=OuterRef("pk"),
        cal=OuterRef("told_cal"),
        started__lt=since,
        started__gt=since - CALIBRATED_BEFORE,
    )
    rows = Station.objects.annotate(
        told_cal=KT("birth__cal"),
        told_until=KT("birth__certificate_until"),
        **TOLD,
        newest_rx=Subquery(theirs.values("pk")[:1]),
        applied_rx=Subquery(theirs.filter(state=State.APPLIED).values("pk")[:1]),
        long_ago=Exists(long_ago),
    )
    return rows if whole else rows.only(*SHOWN)


def _add_board(fact: Facts, *, known: bool) -> None:
    board: Any = fact.station
    if board is None:
        return
    fact.cal, fact.certificate_until = board.told_cal, board.told_until
    fact.calibrated_long_ago = board.long_ago and board.told_cal != NOMINAL_ID
    fact.sim = fact.sim if known else board.told_sim == "true"


def _add_programmes(facts: Iterable[Facts]) -> None:
    newest: dict[int, int] = {}
    applied: dict[int, int] = {}
    elsewhere: dict[tuple[int, str], int] = {}
    for fact in facts:
        board: Any = fact.station
        if fact.own:
            newest[fact.patient.pk], applied[fact.patient.pk] = board.newest_rx, board.applied_rx
        elif board is not None:
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
