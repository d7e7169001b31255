"""What is known of many patients by now, gathered with the same few queries however many there are.

The database counts and picks; one row a patient comes back from each query, not all there is of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from station.sway.plate import NOMINAL_ID
from ui.care.models import Event, Patient, Prescription
from ui.care.models.programme import State
from ui.care.today.boards import Board, boards_of, own_boards
from ui.care.today.sessions import LOOKED_BACK, NEVER, Lately, Newest, keys_of, lately, newest_of
from ui.care.today.versions import Version, versions_of

FALL: Final = "possible_fall"
# How long an event asks for somebody. A week is told in its own line.
ASKED_FOR: Final = (
    *(FALL, "red_flag", "pain_stop", "pain_up", "overdone", "sensor_fault", "recalibrate"),
    *("proposal", "eased"),
)


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
    lately: Lately = NEVER
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
    add_events(facts, patients, now=now)
    return facts


def begun(patients: QuerySet[Patient], *, now: datetime) -> list[Facts]:
    """Return patients, stations, their last falls, and what their sessions say."""
    falls = Event.objects.filter(patient=OuterRef("pk"), kind=FALL).order_by("-happened")
    rows = patients.values_list(*Person._fields, Subquery(falls.values("happened")[:1]))
    facts = [Facts(Person._make(person), last_fall=last_fall) for *person, last_fall in rows]
    boards, recent = own_boards(patients, now=now), lately(patients, now=now)
    newest = newest_of({fact.patient.pk for fact in facts if _wants_newest(fact.patient.pk, boards, recent)})
    elsewhere = {patient: seen.station for patient, seen in newest.items() if patient not in boards}
    boards |= boards_of(elsewhere, now=now)
    for fact in facts:
        patient = fact.patient.pk
        fact.lately, seen = recent.get(patient, (NEVER, Newest()))
        seen = newest.get(patient, seen)
        fact.station, fact.last_trained = boards.get(patient), seen.last_trained
        fact.sim = fact.told_sim if seen.sim is None else seen.sim
    return facts


def _wants_newest(
    patient: int, boards: Mapping[int, Board], recent: Mapping[int, tuple[Lately, Newest]]
) -> bool:
    """Return whether the last two weeks do not tell all: no training in them, or no station of one's own."""
    return patient not in boards or patient not in recent or recent[patient][1].last_trained is None


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
    keys = {pk for pk in (*newest.values(), *applied.values()) if pk}
    there = versions_of(Prescription.objects.filter(pk__any_of=keys))
    for fact in facts:
        fact.rx = there.get(newest.get(fact.patient.pk) or 0)
        fact.in_force = there.get(applied.get(fact.patient.pk) or 0)


def add_events(facts: Sequence[Facts], patients: QuerySet[Patient], *, now: datetime) -> None:
    """Add the events of the last two weeks that ask for somebody."""
    known = defaultdict(list)
    # What was answered, also with "not yet", asks for nobody any more.
    rows = Event.objects.filter(
        patient__in=keys_of(patients), kind__in=ASKED_FOR, happened__gt=now - LOOKED_BACK, answer=None
    )
    for event in rows.order_by("-happened"):
        known[event.patient_id].append(event)
    for fact in facts:
        fact.events = known[fact.patient.pk]


def asking(events: Iterable[Event], *, now: datetime) -> list[Event]:
    """Return which of these events (newest first, each with its answer) ask for somebody."""
    since = now - LOOKED_BACK
    return [e for e in events if e.kind in ASKED_FOR and e.happened > since and not hasattr(e, "answer")]
