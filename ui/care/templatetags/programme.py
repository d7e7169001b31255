"""What the pages of a programme ask for: a person's place, what waits for an answer, what to do."""

from dataclasses import dataclass

from django import template

from station.training.prescription import Prescription as Programme
from ui.care.models import Event, Patient, Prescription
from ui.care.place import Place, fall_waiting, places_of
from ui.care.programme import document_of
from ui.care.proposals import Proposal, open_proposals
from ui.care.rejections import remedy

register = template.Library()

register.filter("remedy", remedy)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person's programme stands: what is in force or on its way, and what waits for somebody."""

    place: Place
    standing: Prescription | None
    programme: Programme | None
    proposals: list[Proposal]
    fall: Event | None

    @property
    def newest(self) -> Prescription | None:
        """The newest version, whatever became of it."""
        return self.place.newest

    @property
    def held(self) -> bool:
        """Whether the care team holds all training."""
        return bool(self.programme and self.programme.held)


@register.simple_tag
def programme_of(patient: Patient) -> Standing | None:
    """Return how the programme of this person stands; None where there is no station."""
    place = next(iter(places_of(patient)), None)
    if place is None:
        return None
    standing = place.standing
    return Standing(
        place,
        standing,
        document_of(standing) if standing else None,
        [one for one in open_proposals([place.station]) if one.place.patient.pk == patient.pk],
        fall_waiting(place, standing),
    )
