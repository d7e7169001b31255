"""Whose data may leave, and for whom: the one place where this package gets patients and their results from.

Every function takes who asks. An operator at the server's command line sees everything, an account what its
pages show it.
"""

import uuid
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from ui.care.models import Event, Journal, Patient, Prescription, Session, Station, Trial
from ui.care.rights import access
from ui.care.rights.roles import CLINICAL


class Operator:
    """Whoever runs a command on the server itself."""


OPERATOR: Final = Operator()
NOT_THEIRS: Final = access.NOT_THEIRS
Viewer = access.Viewer | Operator


def patients_of(viewer: Viewer) -> QuerySet[Patient]:
    """Return the patients whose results may be seen."""
    return Patient.objects.all() if isinstance(viewer, Operator) else access.patients_of(viewer)


def may_export(viewer: Viewer) -> bool:
    """Return whether tables and bundles may be taken away."""
    return isinstance(viewer, Operator) or (
        isinstance(viewer, User) and viewer.is_active and viewer.has_perm("care.export_patient")
    )


def is_clinical(viewer: Viewer) -> bool:
    """Return whether this is somebody who is given patients at all."""
    return isinstance(viewer, Operator) or (
        isinstance(viewer, User) and viewer.is_active and access.role_of(viewer) in CLINICAL
    )


def patient_of(viewer: Viewer, pseudonym: str) -> Patient | None:
    """Return one of the viewer's patients; None for all others, whether they exist or not."""
    return patients_of(viewer).filter(pseudonym=pseudonym).first()


def sessions_of(viewer: Viewer) -> QuerySet[Session]:
    """Return the sessions of these patients."""
    return Session.objects.filter(_theirs(viewer, "patient_id"))


def trials_of(viewer: Viewer) -> QuerySet[Trial]:
    """Return the trials of these patients."""
    return Trial.objects.filter(Exists(sessions_of(viewer).filter(pk=OuterRef("session_id"))))


def trial_of(viewer: Viewer, trial_id: uuid.UUID) -> Trial | None:
    """Return one trial of these patients."""
    return (
        trials_of(viewer).select_related("session__patient", "session__station").filter(pk=trial_id).first()
    )


def events_of(viewer: Viewer) -> QuerySet[Event]:
    """Return the events of these patients."""
    return Event.objects.filter(patient__in=patients_of(viewer))


def journals_of(viewer: Viewer) -> QuerySet[Journal]:
    """Return the journal entries of these patients."""
    return Journal.objects.filter(patient__in=patients_of(viewer))


def prescriptions_of(viewer: Viewer) -> QuerySet[Prescription]:
    """Return the programmes of these patients, by the pseudonym each carries: a station may be shared."""
    return Prescription.objects.filter(subj__in=list(_pseudonyms(viewer)))


def stations_of(viewer: Viewer) -> QuerySet[Station]:
    """Return the stations of these patients."""
    return Station.objects.filter(patient__in=patients_of(viewer))


def _theirs(viewer: Viewer, column: str) -> Exists:
    """Return that a row is of one of these patients.

    Asked of each row, not as a list to begin with: a page in the order of arrival is then read off its index.
    """
    return Exists(patients_of(viewer).filter(pk=OuterRef(column)))


def _pseudonyms(viewer: Viewer) -> "QuerySet[Patient, str]":
    return patients_of(viewer).values_list("pseudonym", flat=True)
