"""How a person's programme stands, for their page: what is in force, and what waits for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from station.training.prescription import Prescription as Programme
from ui.care.models import Event, Patient, Prescription, Station
from ui.care.prescribing.place import CLOCK_BEHIND, FALL, STANDS, Place, fall_waiting, places_of, unanswered
from ui.care.prescribing.programme import document_of
from ui.care.prescribing.proposals import DECIDED, Proposal, open_proposals, waiting_at


@dataclass(frozen=True, slots=True)
class Known:
    """What a page has asked for already: the newest events, and whether these are all there are.

    Each event with `answer` and `seq`.
    """

    station: Station | None
    programmes: Sequence[Prescription]  # of this patient on this station, the newest first
    events: Sequence[Event]  # of this patient, the newest first
    all_events: bool

    def reach(self, since: datetime) -> bool:
        """Return whether these are all events since then."""
        return self.all_events or self.events[-1].happened < since


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person's programme stands: the newest version, what is in force or on its way, what waits."""

    place: Place
    newest: Prescription | None
    standing: Prescription | None
    programme: Programme | None
    proposals: list[Proposal]
    fall: Event | None

    @property
    def held(self) -> bool:
        """Whether the care team holds all training."""
        return bool(self.programme and self.programme.held)


def standing_of(patient: Patient, known: Known) -> Standing | None:
    """Return how the programme of this person stands; None where there is no station."""
    place = _place(patient, known.station)
    if place is None:
        return None
    programmes = known.programmes if place.station == known.station else list(place.prescriptions)
    standing = next((rx for rx in programmes if rx.state in STANDS), None)
    return Standing(
        place,
        programmes[0] if programmes else None,
        standing,
        document_of(standing) if standing else None,
        _proposals(place, standing, known),
        _fall(place, standing, known),
    )


def _place(patient: Patient, station: Station | None) -> Place | None:
    if station is not None and station.patient_id == patient.pk and station.revoked is None:
        return Place(patient, station)
    return next(iter(places_of(patient)), None)


def _proposals(place: Place, standing: Prescription | None, known: Known) -> list[Proposal]:
    if standing is None:
        return []
    since = standing.created - CLOCK_BEHIND
    if not known.reach(since):
        return [one for one in open_proposals([place.station]) if one.place.patient == place.patient]
    decided: list[Any] = [
        event
        for event in known.events
        if event.station_id == place.station.pk and event.kind in DECIDED and event.happened >= since
    ]
    return waiting_at(place, standing, sorted(decided, key=attrgetter("seq")))


def _fall(place: Place, standing: Prescription | None, known: Known) -> Event | None:
    falls = (e for e in known.events if e.station_id == place.station.pk and e.kind == FALL)
    fall = next(falls, None)
    if fall is None and not known.all_events:
        return fall_waiting(place, standing)
    return unanswered(fall, standing)
