"""Stations become known to the care side, and get a patient."""

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from station.errors import ConfigError
from station.link.messages import StationId
from ui.care.installation.own_names import RESERVED
from ui.care.models import Patient, Renewal, Station
from ui.care.models.programme import State
from ui.care.trust.outgoing import clear


@transaction.atomic
def enrol(sid: str, patient_name: str | None) -> Station:
    """Return the station, given to a patient of this name, who is made with a pseudonym when new.

    Without a name it belongs to nobody: several people share it.
    A pseudonym in the place of the name is the patient of that pseudonym, for a second station. Doing it
    again changes nothing, but that a revoked station is part of the care side again. Raises ConfigError for
    an id no topic could carry or that the broker knows as one of the care side's own, an empty name, or a
    station that has another patient.
    """
    try:
        msgspec.convert(sid, StationId)
    except msgspec.ValidationError:
        raise ConfigError(
            gettext("station id %(sid)r: letters, digits, '.', '_' and '-' only, at most 63") % {"sid": sid}
        ) from None
    if RESERVED.fullmatch(sid):
        own = "broker, recorder, reader, console and bridge are the care side's own names"
        raise ConfigError(f"station id {sid!r}: {own}")
    station, _ = Station.objects.get_or_create(sid=sid)
    if station.retired is not None:
        raise ConfigError(
            gettext("station %(sid)s was retired; take it back into use on the site's roster first")
            % {"sid": sid}
        )
    if patient_name is not None:
        _give(station, " ".join(patient_name.split()))
    elif station.patient is not None:
        raise ConfigError(_belongs(station.patient, sid))
    if station.revoked is not None:
        _take_back_in(station)
    return station


def _give(station: Station, name: str) -> None:
    if not name or len(name) > 120:
        raise ConfigError("--patient must be a name of 1 to 120 characters")
    known = Patient.objects.filter(pseudonym=name).first()
    if station.patient is None:
        station.patient = known or Patient.objects.create(name=name)
        station.save(update_fields=["patient"])
    elif station.patient != known and station.patient.name != name:
        raise ConfigError(_belongs(station.patient, station.sid))


def _belongs(patient: Patient, sid: str) -> str:
    return f"station {sid} belongs to patient {patient.pseudonym}; choose another station id"


@transaction.atomic
def end(station: Station) -> None:
    """End an enrolment: nothing is sent there any more, and the broker forgets what it kept for it."""
    station.revoked, station.online = timezone.now(), False
    station.save(update_fields=["revoked", "online"])
    station.renewals.filter(state=Renewal.State.WAITING).update(
        state=Renewal.State.REFUSED, reason="this station was revoked"
    )
    clear(station)


def _take_back_in(station: Station) -> None:
    station.revoked = None
    station.save(update_fields=["revoked"])
    station.retained.filter(payload=b"").delete()
    newest = station.prescriptions.exclude(state__in=(State.REJECTED, State.REPLACED))
    newest.update(signed_again=True)  # the broker has forgotten it
