"""The list of stations: which are part of this care side, their certificates and their keys."""

from collections import Counter

from django.contrib.auth.decorators import permission_required
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from station.update.release import parts
from ui.care.access import stations_of
from ui.care.audit import note
from ui.care.station_papers import station_lines


@permission_required("care.enrol_patient", raise_exception=True)
def station_list(request: HttpRequest) -> HttpResponse:
    """Show the stations of whoever asks; every station to who manages them."""
    note(request, "looked at the stations", "")
    stations = stations_of(request.user)
    told = (
        stations.filter(birth__isnull=False)
        .annotate(software=KT("birth__sw"))
        .values_list("software", flat=True)
    )
    counts = Counter(software for software in told if software)
    version = request.GET.get("version", "")
    narrowed = stations.filter(birth__sw=version) if version in counts else stations
    context = {
        "lines": station_lines(narrowed, timezone.now()),
        "every": stations.count(),
        "version": version if version in counts else "",
        "versions": [(each, counts[each]) for each in sorted(counts, key=parts, reverse=True)],
    }
    return render(request, "care/stations.html", context)
