"""Whom and what a person of the care team may look at: every view fetches through here and nowhere else."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404

from ui.care.models import Patient, Prescription, SeenTo, Session, Station, Trial

User = AbstractBaseUser | AnonymousUser


def patients_for(_user: User) -> QuerySet[Patient]:
    """Return the patients this person may see."""
    return Patient.objects.all()


def patient_for(user: User, pseudonym: str) -> Patient:
    """Return one patient. Raises Http404 for an unknown one, or one this person may not see."""
    return get_object_or_404(patients_for(user).select_related("background"), pseudonym=pseudonym)


def trial_for(_user: User, trial_id: uuid.UUID | str) -> Trial:
    """Return a trial with its session, patient and station. Raises Http404."""
    return get_object_or_404(
        Trial.objects.select_related("session__patient", "session__station"), pk=trial_id
    )


def prescription_for(_user: User, prescription_id: int) -> Prescription:
    """Return a prescription with who sent it. Raises Http404."""
    return get_object_or_404(Prescription.objects.select_related("who"), pk=prescription_id)


def trials_of(patient: Patient) -> QuerySet[Trial]:
    """Return a patient's trials, newest first."""
    return Trial.objects.filter(session__patient=patient)


def station_of(patient: Patient) -> Station | None:
    """Return the patient's own station, else that of the newest session: a clinic's, which several share."""
    own = patient.station()
    if own is not None:
        return own
    session = patient.sessions.select_related("station").first()
    return session.station if session else None


def prescriptions_of(patient: Patient, station: Station | None) -> QuerySet[Prescription]:
    """Return a patient's programmes on a station, newest first; of one that several share, their own only."""
    if station is None:
        return Prescription.objects.none()
    programmes = station.prescriptions.select_related("who")
    # On a station of one's own, one that was sent for somebody else stands among the rejected.
    own = station.patient_id == patient.pk
    return programmes if own else programmes.filter(document__subj=patient.pseudonym)


def shared_stations_for(_user: User) -> QuerySet[Station]:
    """Return the stations without a patient of their own, with `session_count`."""
    return Station.objects.filter(patient=None).annotate(session_count=Count("sessions"))


def shared_station_for(user: User, sid: str) -> Station:
    """Return one of them. Raises Http404."""
    return get_object_or_404(shared_stations_for(user), sid=sid)


def seen_to_for(user: User, seen_id: int) -> SeenTo:
    """Return a line seen to, of a patient this person may see or a shared station. Raises Http404."""
    visible = SeenTo.objects.filter(patient__in=patients_for(user)) | SeenTo.objects.filter(patient=None)
    return get_object_or_404(visible.select_related("patient", "station"), pk=seen_id)


def orphaned_for(_user: User) -> int:
    """Return how many sessions name no patient that is known here."""
    return Session.objects.filter(patient=None).count()
