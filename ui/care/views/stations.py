"""The list of stations: which are part of this care side, their certificates and their keys."""

from collections import Counter

from django.contrib.auth.decorators import permission_required
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from station.update.release import parts
from ui.care.models import Station
from ui.care.prescribing.station_papers import station_lines
from ui.care.rights.access import stations_of
from ui.care.rights.audit import note
from ui.care.views.paging import Asked


@permission_required("care.enrol_patient", raise_exception=True)
def station_list(request: HttpRequest) -> HttpResponse:
    """Show the stations of whoever asks; every station to who manages them."""
    note(request, "looked at the stations", "")
    asked = Asked.read(request.GET)
    version = request.GET.get("version", "")
    stations = stations_of(request.user).annotate(software=KT("birth__sw"))
    every = stations.order_by("sid").values_list("pk", "sid", "patient__name", "software")
    counts = Counter(software for *_, software in every if software)
    narrowed = version if version in counts else ""
    page = asked.page_of(
        [
            pk
            for pk, sid, name, software in every
            if asked.names(sid, name or "") and (not narrowed or software == narrowed)
        ]
    )
    context = {
        "lines": station_lines(Station.objects.filter(pk__in=page.object_list), timezone.now()),
        "page": page,
        "asked": asked,
        "every": len(every),
        "version": narrowed,
        "versions": [(each, counts[each]) for each in sorted(counts, key=parts, reverse=True)],
    }
    return render(request, "care/stations.html", context)
