"""Stations become known to the care side, and get a patient."""

import msgspec
from django.db import transaction

from station.errors import ConfigError
from station.link.messages import StationId
from ui.care.authority import RESERVED
from ui.care.models import Patient, Station


@transaction.atomic
def enrol(sid: str, patient_name: str) -> Station:
    """Return the station, given to a patient of this name, who is made with a pseudonym when new.

    A pseudonym in the place of the name is the patient of that pseudonym. Doing it again changes nothing.
    Raises ConfigError for an id no topic could carry or that the
    broker knows as one of the care side's own, an empty name, or a
    station that has another patient.
    """
    try:
        msgspec.convert(sid, StationId)
    except msgspec.ValidationError:
        raise ConfigError(f"station id {sid!r}: letters, digits, '.', '_' and '-' only, at most 63") from None
    if RESERVED.fullmatch(sid):
        own = "broker, recorder, reader, console and bridge are the care side's own names"
        raise ConfigError(f"station id {sid!r}: {own}")
    name = " ".join(patient_name.split())
    if not name or len(name) > 120:
        raise ConfigError("--patient must be a name of 1 to 120 characters")
    station, _ = Station.objects.get_or_create(sid=sid)
    known = Patient.objects.filter(pseudonym=name).first()
    if station.retired is not None:
        raise ConfigError(f"station {sid} was retired; take it back into use on the site's roster first")
    if station.patient is None:
        station.patient = known or Patient.objects.create(name=name)
        station.save(update_fields=["patient"])
    elif station.patient != known and station.patient.name != name:
        raise ConfigError(
            f"station {sid} belongs to patient {station.patient.pseudonym}; choose another station id"
        )
    return station
