"""The list of stations: which are part of this care side, their certificates and their keys."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ui.care.access import stations_of
from ui.care.audit import note
from ui.care.models import Station
from ui.care.station_papers import station_lines
from ui.care.views.paging import Asked


@permission_required("care.enrol_patient", raise_exception=True)
def station_list(request: HttpRequest) -> HttpResponse:
    """Show the stations of whoever asks; every station to who manages them."""
    note(request, "looked at the stations", "")
    asked = Asked.read(request.GET)
    every = stations_of(request.user).order_by("sid").values_list("pk", "sid", "patient__name")
    page = asked.page_of([pk for pk, sid, name in every if asked.names(sid, name or "")])
    lines = station_lines(Station.objects.filter(pk__in=page.object_list), timezone.now())
    return render(request, "care/stations.html", {"lines": lines, "page": page, "asked": asked})
