"""Where a person trains: at home on a station of their own, or on one that several share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from station.training.prescription import Limits, parse_time
from station.training.prescription import Prescription as Programme
from station.training.programme import exercise_at
from ui.care.models import Event, Patient, Prescription, Station
from ui.care.models.programme import State
from ui.care.prescribing.programme import carried, document_of, limits_of
from ui.care.rights.access import patient_for
from ui.care.words.routines import routines

STANDS: Final = (State.QUEUED, State.SENT, State.RECEIVED, State.APPLIED)
MOVES: Final = ("eased", "stepped")
FALL: Final = "possible_fall"
CLOCK_BEHIND: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """One person on one station."""

    patient: Patient
    station: Station

    @property
    def shared(self) -> bool:
        """Whether several people share the station: a prescription then needs a number."""
        return self.station.patient_id is None

    @property
    def limits(self) -> Limits | None:
        """The limits the station told at birth."""
        return limits_of(self.station)

    @property
    def prescriptions(self) -> QuerySet[Prescription]:
        """Every version of this person on this station, the newest first."""
        return self.station.prescriptions.filter(subj=self.patient.pseudonym).select_related("who")

    @property
    def newest(self) -> Prescription | None:
        """The newest version, whatever became of it."""
        return self.prescriptions.first()

    @property
    def standing(self) -> Prescription | None:
        """The version the station has or is about to have: the newest neither refused nor replaced."""
        return self.prescriptions.filter(state__in=STANDS).first()

    def trained(self) -> Programme | None:
        """Return the standing programme as it is trained now: with what the station eased and stepped."""
        standing = self.standing
        if standing is None:
            return None
        moved = self._moved(standing)
        programme = as_trained(document_of(standing), [event.detail for event in moved])
        if not programme.held:
            return programme
        late = moved.filter(kind="eased", happened__gte=standing.created)
        return eased_on_the_way(programme, [event.detail for event in late])

    @property
    def moves(self) -> int:
        """How many decisions of the station stand beside the standing version."""
        standing = self.standing
        return self._moved(standing).count() if standing else 0

    def moved_since(self, seen: int) -> Event | None:
        """Return what the station decided last, where that is more than so many decisions; else None."""
        standing = self.standing
        moved = list(self._moved(standing)) if standing else []
        return moved[-1] if len(moved) > seen else None

    def _moved(self, standing: Prescription) -> QuerySet[Event]:
        events = self.station.events.filter(kind__in=MOVES, patient=self.patient)
        # The clock of a station may be behind; what was decided under another version is told by its number.
        return events.filter(happened__gte=standing.created - CLOCK_BEHIND).order_by("message__seq")

    @property
    def query(self) -> str:
        """What an address says of it: nothing at home, the station where several share one."""
        return f"?station={self.station.sid}" if self.shared else ""

    def number_taken_by_another(self, number: str) -> bool:
        """Return whether another person of this station has this number in their newest version."""
        others = self.station.prescriptions.exclude(subj=self.patient.pseudonym)
        return others.filter(state__in=STANDS, document__number=number).exists()


class StillPlace(Place):
    """A place of which each thing is asked once: for a page that only shows it, and decides nothing."""

    @cached_property
    def newest(self) -> Prescription | None:
        """The newest version, whatever became of it."""
        return super().newest

    @cached_property
    def standing(self) -> Prescription | None:
        """The version the station has or is about to have."""
        return super().standing


def as_trained(rx: Programme, moves: Sequence[Mapping[str, Any]]) -> Programme:
    """Return a programme with the station's decisions under it carried in, so that signing it undoes none."""
    rungs = rungs_now(rx, moves)
    exercises = tuple(
        exercise_at(exercise, rung, routines()) if exercise.routine in routines() else exercise
        for exercise, rung in zip(rx.exercises, rungs, strict=True)
    )
    return carried(rx, exercises=exercises)


def rungs_now(rx: Programme, moves: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the rung of each exercise after these moves (details of `eased` and `stepped`, in order)."""
    rungs = [exercise.rung for exercise in rx.exercises]
    for move in moves:
        line, to_rung = move.get("exercise"), move.get("to_rung")
        if move.get("rx_version") != rx.version or not isinstance(line, int) or not isinstance(to_rung, int):
            continue
        if 1 <= line <= len(rungs) and rx.exercises[line - 1].routine == move.get("routine"):
            rungs[line - 1] = to_rung
    return rungs


def eased_on_the_way(rx: Programme, eased: Sequence[Mapping[str, Any]]) -> Programme:
    """Return a hold with what the station eased before it had it: lifting the hold makes nothing harder."""
    lowest: dict[tuple[Any, Any], int] = {}
    for move in eased:
        exercise, to_rung = (move.get("routine"), move.get("side")), move.get("to_rung")
        if isinstance(to_rung, int) and to_rung >= 1:
            lowest[exercise] = min(to_rung, lowest.get(exercise, to_rung))
    known = routines()
    exercises = (
        exercise_at(e, min(e.rung, lowest.get((e.routine, e.side), e.rung)), known)
        if e.routine in known
        else e
        for e in rx.exercises
    )
    return carried(rx, exercises=tuple(exercises))


def places_of(patient: Patient) -> list[Place]:
    """Return where this person may train: own stations, then shared ones, those first that know them."""
    own = list(patient.stations.filter(revoked=None))
    shared = list(Station.objects.filter(patient=None, revoked=None, retired=None))
    known = set(
        Prescription.objects.filter(station__in=shared, subj=patient.pseudonym).values_list(
            "station", flat=True
        )
    )
    shared.sort(key=lambda station: station.pk not in known)
    return [Place(patient, station) for station in [*own, *shared]]


def place_for(request: HttpRequest, pseudonym: str) -> Place | None:
    """Return the place that an address names, else the first; None where there is no station at all."""
    patient = patient_for(request, pseudonym)
    places = places_of(patient)
    sid = request.GET.get("station")
    if sid is None:
        return next(iter(places), None)
    for place in places:
        if place.station.sid == sid:
            return place
    raise Http404


def fall_waiting(place: Place, standing: Prescription | None) -> Event | None:
    """Return the possible fall after which nothing was prescribed: the station holds until something is."""
    return unanswered(place.station.events.filter(kind=FALL, patient=place.patient).first(), standing)


def unanswered(fall: Event | None, standing: Prescription | None) -> Event | None:
    """Return this fall where nothing was prescribed after it."""
    if fall is None:
        return None
    answered = standing is not None and (
        parse_time(document_of(standing).issued, where="issued") > fall.happened
    )
    return None if answered else fall


def held_at(place: Place) -> bool:
    """Return whether the care team holds all training of this person here."""
    standing = place.standing
    return standing is not None and document_of(standing).held
