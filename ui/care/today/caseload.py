"""What hangs on a patient and on shared stations, for the views; who sees whom is `ui.care.rights.access`."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from ui.care.models import Patient, Prescription, SeenTo, Session, Station, Trial
from ui.care.rights.access import Viewer, manages, patients_of, stations_of


def trials_of(patient: Patient) -> QuerySet[Trial]:
    """Return a patient's trials, newest first."""
    return Trial.objects.filter(session__patient=patient)


def prescriptions_of(patient: Patient, station: Station | None) -> QuerySet[Prescription]:
    """Return a patient's programmes on a station, newest first."""
    if station is None:
        return Prescription.objects.none()
    # What was sent to the station for somebody before, or for another who shares it, is not theirs.
    return station.prescriptions.filter(subj=patient.pseudonym).select_related("who")


def shared_stations_for(user: Viewer) -> QuerySet[Station]:
    """Return the stations without a patient of their own, with `session_count`: for who manages them."""
    found = stations_of(user) if manages(user) else Station.objects.none()
    # Counted in the index: a join would read each of these sessions.
    theirs = Session.objects.filter(station=OuterRef("pk")).order_by().values("station")
    count = Subquery(theirs.annotate(count=Count("*")).values("count"))
    return found.filter(patient=None, retired=None).annotate(session_count=Coalesce(count, 0))


def shared_station_for(user: Viewer, sid: str) -> Station:
    """Return one of them. Raises Http404."""
    return get_object_or_404(shared_stations_for(user), sid=sid)


def seen_to_for(user: Viewer, seen_id: int) -> SeenTo:
    """Return a line seen to, of a patient this person may see or a shared station. Raises Http404."""
    visible = SeenTo.objects.filter(patient__in=patients_of(user))
    if manages(user):
        visible |= SeenTo.objects.filter(patient=None)
    return get_object_or_404(visible.select_related("patient", "station"), pk=seen_id)


def orphaned_for(user: Viewer) -> int:
    """Return how many sessions name no patient that is known here: for who manages the roster."""
    return Session.objects.filter(patient=None).count() if manages(user) else 0
