"""What stations decided or propose, and the care team has not answered yet."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.utils.translation import gettext

from station.training.prescription import Exercise
from station.training.prescription import Prescription as Programme
from ui.care.models import Event, Prescription, Station
from ui.care.prescribing.changes import Change, changes
from ui.care.prescribing.place import CLOCK_BEHIND, MOVES, STANDS, Place, as_trained, rungs_now
from ui.care.prescribing.programme import carried, document_of
from ui.care.words.clinical import routine_words
from ui.care.words.decisions import why_words
from ui.care.words.routines import routines

ANSWERED_HERE: Final = ("proposal", "eased")
DECIDED: Final = frozenset({*ANSWERED_HERE, *MOVES})

_SESSION: Final = re.compile(
    r"^(?P<day>\d{4}-\d\d-\d\d): held (?P<held>\d+) of (?P<attempts>\d+)"
    r"(?:, pain (?P<pain>\d+)(?: to (?P<pain_after>\d+))?)?(?:, effort (?P<effort>\d+))?(?:, (?P<rest>.*))?$"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one session says; `line` is the station's own words where they are not understood here."""

    line: str
    day: str = ""
    held: int = 0
    attempts: int = 0
    pain: str = ""
    effort: str = ""
    stops: str = ""

    @property
    def percent(self) -> int:
        """The share of the attempts that were held."""
        return round(100 * self.held / self.attempts) if self.attempts else 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """One decision of a station that waits for an answer; `standing` is the version it was made under."""

    event: Event
    place: Place
    standing: Prescription
    trained: Programme

    @property
    def eased(self) -> bool:
        """Whether the station has made it easier already; else it proposes more."""
        return self.event.kind == "eased"

    @property
    def title(self) -> str:
        """The exercise in words."""
        return routine_words(str(self._detail["routine"]), self._detail.get("side"))

    @property
    def words(self) -> str:
        """What happened, in a line for a list: "Supported standing: ready for rung 3"."""
        words = (
            gettext("%(title)s: eased to rung %(rung)d")
            if self.eased
            else gettext("%(title)s: ready for rung %(rung)d")
        )
        return words % {"title": self.title, "rung": self._detail["to_rung"]}

    @property
    def why(self) -> str:
        """The station's sentence."""
        return why_words(str(self._detail.get("why", "")))

    @property
    def evidence(self) -> list[Evidence]:
        """The sessions it stands on."""
        return read_evidence(str(self._detail.get("evidence") or ""))

    @property
    def answered_programme(self) -> Programme:
        """The programme that accepts the proposal, or puts back what was eased."""
        return moved(self.trained, int(self._detail["exercise"]), self._rung_wanted)

    @property
    def changes(self) -> list[Change]:
        """What accepting it, or putting it back, changes."""
        return changes(self.trained, self.answered_programme)

    @property
    def _rung_wanted(self) -> int:
        return int(self._detail["from_rung" if self.eased else "to_rung"])

    @property
    def _detail(self) -> Mapping[str, Any]:
        detail: Mapping[str, Any] = self.event.detail
        return detail


def open_proposals(stations: Iterable[Station]) -> list[Proposal]:
    """Return what waits for an answer on these stations, the oldest first; three queries for any number.

    A newer version takes back what was decided under the one before; of decisions on one exercise only the
    newest waits.
    """
    stations = list(stations)
    standing = _standing(stations)
    if not standing:
        return []
    events = list(
        Event.objects.filter(
            station__in=stations,
            kind__in=DECIDED,
            happened__gte=min(rx.created for rx in standing.values()) - CLOCK_BEHIND,
            patient__isnull=False,
        )
        .select_related("patient", "station", "answer")
        .order_by("message__seq")
    )
    of_person: dict[tuple[int, str], list[Event]] = defaultdict(list)
    for event in events:
        if event.patient is not None:
            of_person[event.station_id, event.patient.pseudonym].append(event)
    waiting: list[Proposal] = []
    for person, theirs in of_person.items():
        patient = theirs[0].patient
        if patient is not None and person in standing:
            waiting += waiting_at(Place(patient, theirs[0].station), standing[person], theirs)
    return sorted(waiting, key=lambda proposal: proposal.event.happened)


def waiting_at(place: Place, standing: Prescription, events: Iterable[Event]) -> list[Proposal]:
    """Return what waits for an answer of one person, the oldest first.

    `events` are those decided there (`DECIDED`) since a day before the version, in the order they were sent.
    """
    waiting = {p.event.detail["exercise"]: p for p in _of_one(place, standing, list(events))}
    return sorted(waiting.values(), key=lambda proposal: proposal.event.happened)


def _standing(stations: Sequence[Station]) -> dict[tuple[int, str], Prescription]:
    """Return the version each person of these stations has or is about to have."""
    rows = Prescription.objects.filter(station__in=stations, state__in=STANDS).order_by("version")
    newest = {(station, subj): pk for pk, station, subj in rows.values_list("pk", "station", "subj")}
    found = Prescription.objects.defer("signed").in_bulk(newest.values())
    return {person: found[pk] for person, pk in newest.items()}


def _of_one(place: Place, rx: Prescription, events: Sequence[Event]) -> Iterable[Proposal]:
    programme = document_of(rx)
    if programme.held:
        return
    moves = [event.detail for event in events if event.kind in MOVES]
    rungs, trained = rungs_now(programme, moves), as_trained(programme, moves)
    for event in events:
        if event.kind in ANSWERED_HERE and _waits(event, programme, rungs):
            yield Proposal(event, place, rx, trained)


def _waits(event: Event, programme: Programme, rungs: Sequence[int]) -> bool:
    detail = event.detail
    line, from_rung, to_rung = (detail.get(name) for name in ("exercise", "from_rung", "to_rung"))
    if hasattr(event, "answer") or detail.get("rx_version") != programme.version:
        return False
    if not all(isinstance(number, int) for number in (line, from_rung, to_rung)) or not 1 <= line <= len(
        rungs
    ):
        return False
    if programme.exercises[line - 1].routine != detail.get("routine"):
        return False
    now = rungs[line - 1]
    return bool(now == to_rung < from_rung) if event.kind == "eased" else bool(now == from_rung < to_rung)


def moved(programme: Programme, line: int, rung: int) -> Programme:
    """Return a programme with the exercise of this number, from 1, on another rung.

    A hold that the prescription set itself gives way where it would hide what the new rung changes.
    """
    exercises = list(programme.exercises)
    exercises[line - 1] = on_rung(exercises[line - 1], rung)
    return carried(programme, exercises=tuple(exercises))


def on_rung(exercise: Exercise, rung: int) -> Exercise:
    """Return an exercise on another rung, its leave to go alone never below that."""
    routine = routines().get(exercise.routine)
    alone = exercise.alone_up_to
    hold_s = exercise.hold_s
    if hold_s is not None and routine is not None and max(rung, exercise.rung) <= len(routine.rungs):
        same = routine.rung(rung).hold_s == routine.rung(exercise.rung).hold_s
        hold_s = hold_s if same else None
    return msgspec.structs.replace(
        exercise, rung=rung, hold_s=hold_s, alone_up_to=None if alone is None else max(alone, rung)
    )


def read_evidence(text: str) -> list[Evidence]:
    """Return the sessions of a station's evidence, each on a line of its own."""
    lines = [line for line in text.split("; ") if line]
    return [_read_session(line) for line in lines]


def _read_session(line: str) -> Evidence:
    found = _SESSION.match(line)
    if found is None:
        return Evidence(line)
    before, after = found["pain"], found["pain_after"]
    pain = "" if before is None else before if after is None else f"{before} → {after}"
    return Evidence(
        line, found["day"], int(found["held"]), int(found["attempts"]), pain, found["effort"] or "",
        found["rest"] or "",
    )  # fmt: skip
