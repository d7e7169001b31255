"""The list of stations: which are part of this care side, their certificates and their keys."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ui.care.audit import note
from ui.care.station_papers import station_lines


def station_list(request: HttpRequest) -> HttpResponse:
    """Show every station."""
    note(request, "looked at the stations", "")
    return render(request, "care/stations.html", {"lines": station_lines(timezone.now())})
