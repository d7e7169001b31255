"""The list of stations: which are part of this care side, their certificates and their keys."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ui.care.access import stations_of
from ui.care.audit import note
from ui.care.station_papers import station_lines


@permission_required("care.enrol_patient", raise_exception=True)
def station_list(request: HttpRequest) -> HttpResponse:
    """Show the stations of whoever asks; every station to who manages them."""
    note(request, "looked at the stations", "")
    lines = station_lines(stations_of(request.user), timezone.now())
    return render(request, "care/stations.html", {"lines": lines})
