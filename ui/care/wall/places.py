"""Whose boards somebody may see on the wall, what these are called, and how each person has their wall."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Q, QuerySet
from django.utils import timezone

from ui.care.models import Event, Prescription, Station, WallChoice, WallPlace
from ui.care.people.gate import BEGAN, SEEN
from ui.care.rights.access import Viewer, patients_of, role_of
from ui.care.rights.roles import MAY_STEER
from ui.care.wall.hub import MARKS, Mark
from ui.care.wall.words import ALARMS, WARNINGS

MOST_BOARDS: Final = 12
RECALL_FOR: Final = timedelta(minutes=10)
LABEL_CHARACTERS: Final = 40


def may_look(user: Viewer) -> bool:
    """Return whether this role looks on at boards and commands them."""
    return role_of(user) in MAY_STEER


def wall_stations(user: Viewer) -> QuerySet[Station]:
    """Return the boards that this person may see live: their patients', and those that several share."""
    if not may_look(user):
        return Station.objects.none()
    return Station.objects.filter(
        Q(patient__in=patients_of(user)) | Q(patient__isnull=True), retired__isnull=True
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A board as this person sees it; `name` of the patient only where they may know it."""

    sid: str
    label: str = ""
    name: str = ""
    pseudonym: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Wall:
    """The wall of one person: the boards shown, in their order, those left out, and who trains where.

    `numbers` names who was chosen at a shared board: by (board, number), of their own patients only.
    """

    shown: Sequence[Place]
    others: Sequence[Place]
    names: bool
    sound: bool
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def sids(self) -> list[str]:
        """The ids of the boards shown."""
        return [place.sid for place in self.shown]

    def name_at(self, sid: str, number: str | None) -> str:
        """Return who trains there, "" where that is not known, not to be known, or not to be shown."""
        if not self.names:
            return ""
        if number is not None:
            return self.numbers.get((sid, number), "")
        return next((place.name for place in self.shown if place.sid == sid), "")


def wall_of(user: User) -> Wall:
    """Return this person's wall; without a choice, the first boards there are."""
    choice = WallChoice.objects.filter(user=user).first()
    stations = {s.sid: s for s in wall_stations(user).select_related("patient", "place").order_by("sid")}
    order = [sid for sid in (choice.stations if choice else []) if sid in stations]
    if choice is None or not choice.stations:
        order = list(stations)
    shown = order[:MOST_BOARDS]
    return Wall(
        shown=[_place(stations[sid], shown=True) for sid in shown],
        others=[_place(station, shown=False) for sid, station in stations.items() if sid not in shown],
        names=choice.names if choice else True,
        sound=choice.sound if choice else False,
        numbers=_numbers(user, [stations[sid] for sid in shown if stations[sid].patient_id is None]),
    )


def _place(station: Station, *, shown: bool) -> Place:
    place = getattr(station, "place", None)
    label = place.label if isinstance(place, WallPlace) else ""
    patient = station.patient
    if patient is None:
        return Place(station.sid, label, shown=shown)
    return Place(station.sid, label, patient.name, patient.pseudonym, shown=shown)


def _numbers(user: User, shared: Sequence[Station]) -> dict[tuple[str, str], str]:
    if not shared:
        return {}
    names = dict(patients_of(user).values_list("pseudonym", "name"))
    found: dict[tuple[str, str], str] = {}
    given = Prescription.objects.filter(station__in=shared).order_by("version")
    for sid, document in given.values_list("station__sid", "document"):
        number, subj = document.get("number"), document.get("subj")
        if number is not None:  # a number that was given anew is the newer person's
            found[sid, number] = names.get(subj, "")
    return found


def recent_marks(sids: Sequence[str]) -> dict[str, list[Mark]]:
    """Return what happened at these boards in the last minutes, oldest first: a page may be opened late."""
    events = Event.objects.filter(
        station__sid__in=sids, kind__in=ALARMS | WARNINGS, happened__gt=timezone.now() - RECALL_FOR
    ).order_by("-happened")
    marks: dict[str, list[Mark]] = {sid: [] for sid in sids}
    for event in events.select_related("station")[: MARKS * len(sids)]:
        of_station = marks[event.station.sid]
        if len(of_station) < MARKS:
            at = event.happened.isoformat()
            of_station.insert(0, Mark(str(event.message_id), event.kind, at, event.sim, event.detail))
    return marks


def choose(user: User, stations: Sequence[str]) -> set[str]:
    """Keep which boards this person looks at, in this order; return which of them they may see."""
    seen = set(wall_stations(user).filter(sid__in=stations).values_list("sid", flat=True))
    kept = [sid for sid in dict.fromkeys(stations) if sid in seen][:MOST_BOARDS]
    WallChoice.objects.update_or_create(user=user, defaults={"stations": kept})
    return seen


def keep(user: User, **choice: bool) -> None:
    """Keep whether names are shown, and whether there is sound."""
    WallChoice.objects.update_or_create(user=user, defaults=choice)


def call(user: User, sid: str, label: str) -> bool:
    """Call a board by the name of its place, "" for its id again; return whether that is new."""
    station = wall_stations(user).filter(sid=sid).first()
    label = " ".join(label.split())[:LABEL_CHARACTERS]
    known = WallPlace.objects.filter(station=station).first() if station else None
    if station is None or label == (known.label if known else ""):
        return False
    if label:
        WallPlace.objects.update_or_create(station=station, defaults={"label": label})
    elif known:
        known.delete()
    return True


def still(user_id: int, session_key: str) -> Wall | None:
    """Return the wall of somebody who has been looking for a while, None when they may not any more.

    Whoever looks is there: their session does not end for want of a click, only with the working day.
    """
    session = SessionStore(session_key)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not may_look(user) or session.get(SESSION_KEY) != str(user_id):
        return None
    now = timezone.now()
    if now - _began(session, now) > settings.SESSION_LONGEST:
        return None
    session[SEEN] = now.isoformat()
    session.save(must_create=False)
    return wall_of(user)


def _began(session: Any, now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(session.get(BEGAN)))
    except ValueError:
        return now
