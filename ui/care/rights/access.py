"""Who sees which patient: the one place where views get patients, and what hangs on them, from.

A person sees the patients that were assigned to them or to a team of theirs, if their role is a clinical one.
Who manages the roster sees every name, station and assignment there, and results only where assigned.
"""

import uuid
from typing import Final, NoReturn

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest

from ui.care.models import (
    Assignment,
    Event,
    Journal,
    Patient,
    Prescription,
    Session,
    Station,
    Team,
    Trial,
)
from ui.care.rights.audit import note
from ui.care.rights.roles import CLINICAL, PERMISSIONS

Viewer = AbstractBaseUser | AnonymousUser

_SEES: Final = "_care_sees"
NOT_THEIRS: Final = "asked for a patient not theirs"


def role_of(user: Viewer) -> str:
    """Return the role of an account, "" for none."""
    if not isinstance(user, User):
        return ""
    names = set(user.groups.values_list("name", flat=True))
    return next((role for role in PERMISSIONS if role in names), "")


def _sees(user: User) -> str:
    """Return "all", "own" or "none"; looked up once for each request, whose user this is."""
    if not hasattr(user, _SEES):
        seen = "none"
        if role_of(user) in CLINICAL:
            seen = "all" if Team.objects.filter(every_patient=True, members=user).exists() else "own"
        setattr(user, _SEES, seen)
    return str(getattr(user, _SEES))


def manages(user: Viewer) -> bool:
    """Return whether this person manages the roster: every patient's record and every station."""
    return isinstance(user, User) and user.has_perm("care.manage_roster")


def patients_of(user: Viewer) -> QuerySet[Patient]:
    """Return the patients whose results this person may see."""
    sees = _sees(user) if isinstance(user, User) else "none"
    if sees == "none":
        return Patient.objects.none()
    if sees == "all":
        return Patient.objects.all()
    own = Assignment.objects.filter(Q(user=user) | Q(team__members=user), patient=OuterRef("pk"))
    return Patient.objects.filter(Exists(own))


def sessions_of(user: Viewer) -> QuerySet[Session]:
    """Return the sessions of their patients."""
    return Session.objects.filter(patient__in=patients_of(user))


def trials_of(user: Viewer) -> QuerySet[Trial]:
    """Return the trials of their patients."""
    return Trial.objects.filter(session__patient__in=patients_of(user))


def events_of(user: Viewer) -> QuerySet[Event]:
    """Return the events of their patients."""
    return Event.objects.filter(patient__in=patients_of(user))


def journals_of(user: Viewer) -> QuerySet[Journal]:
    """Return the journal entries of their patients."""
    return Journal.objects.filter(patient__in=patients_of(user))


def prescriptions_of(user: Viewer) -> QuerySet[Prescription]:
    """Return the prescriptions of their patients, by the pseudonym each carries: a station may be shared."""
    pseudonyms = list(patients_of(user).values_list("pseudonym", flat=True))
    return Prescription.objects.filter(subj__in=pseudonyms)


def roster_of(user: Viewer) -> QuerySet[Patient]:
    """Return the patients whose record (name, station, who sees them) this person may manage."""
    if manages(user):
        return Patient.objects.all()
    if isinstance(user, User) and user.has_perm("care.enrol_patient"):
        return patients_of(user)
    return Patient.objects.none()


def stations_of(user: Viewer) -> QuerySet[Station]:
    """Return the stations of their patients; every station for who manages them."""
    if manages(user):
        return Station.objects.all()
    return Station.objects.filter(patient__in=patients_of(user))


def seen_by(patient: Patient) -> QuerySet[User]:
    """Return the people who may see this patient's results."""
    return (
        User.objects.filter(is_active=True, groups__name__in=CLINICAL)
        .filter(
            Q(assignments__patient=patient)
            | Q(teams__assignments__patient=patient)
            | Q(teams__every_patient=True)
        )
        .distinct()
        .order_by("username")
    )


def patient_for(request: HttpRequest, pseudonym: str) -> Patient:
    """Return a patient of whoever asks. Raises Http404, with a line in the audit, for any other."""
    return _or_404(request, patients_of(request.user), pseudonym)


def record_for(request: HttpRequest, pseudonym: str) -> Patient:
    """Return a patient whose record whoever asks may manage. Raises Http404, with a line in the audit."""
    return _or_404(request, roster_of(request.user), pseudonym)


def trial_for(request: HttpRequest, trial_id: uuid.UUID) -> Trial:
    """Return a trial of a patient of whoever asks. Raises Http404, with a line in the audit."""
    trial = trials_of(request.user).select_related("session__patient", "session__station").filter(pk=trial_id)
    return trial.first() or _refuse(request, str(trial_id))


def prescription_for(request: HttpRequest, prescription_id: int) -> Prescription:
    """Return a prescription of a patient of whoever asks. Raises Http404, with a line in the audit."""
    found = Prescription.objects.select_related("who").filter(pk=prescription_id).first()
    if found and patients_of(request.user).filter(pseudonym=found.document.get("subj")).exists():
        return found
    return _refuse(request, f"prescription {prescription_id}")


def _or_404(request: HttpRequest, patients: QuerySet[Patient], pseudonym: str) -> Patient:
    return patients.filter(pseudonym=pseudonym).select_related("background").first() or _refuse(
        request, pseudonym
    )


def _refuse(request: HttpRequest, subject: str) -> NoReturn:
    note(request, NOT_THEIRS, subject)
    raise Http404
