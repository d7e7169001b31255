"""Every version of a programme: who sent it, why, what became of it; any two compared in words."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from ui.care.models import Prescription
from ui.care.models.programme import State
from ui.care.prescribing.changes import changes
from ui.care.prescribing.place import Place
from ui.care.prescribing.programme import document_of, last_day_of
from ui.care.rights.audit import note
from ui.care.views.programme import exercise_lines, require_place


@require_GET
@permission_required("care.view_patient", raise_exception=True)
def versions(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """List the versions; `old` and `new` are the numbers of those to compare."""
    place = require_place(request, pseudonym)
    if isinstance(place, HttpResponse):
        return place
    note(request, "looked at the versions", place.patient.pseudonym)
    rows = list(place.prescriptions)
    told = []
    for position, rx in enumerate(rows):
        before = rows[position + 1] if position + 1 < len(rows) else None
        programme = document_of(rx)
        told.append(
            {
                "rx": rx,
                "held": programme.held,
                "note": programme.note,
                "until": last_day_of(programme),
                "exercises": exercise_lines(programme),
                "changes": changes(document_of(before), programme) if before else [],
                "first": before is None,
            }
        )
    old, new = _named(request, place, "old"), _named(request, place, "new")
    context = {
        "patient": place.patient,
        "place": place,
        "versions": told,
        "applied_rx": next((rx for rx in rows if rx.state == State.APPLIED), None),
        "old": old,
        "new": new,
        "compared": changes(document_of(old), document_of(new)) if old and new else None,
    }
    return render(request, "care/programme_versions.html", context)


def _named(request: HttpRequest, place: Place, name: str) -> Prescription | None:
    version = request.GET.get(name, "")
    if not version.isdecimal() or len(version) > 16:
        return None
    return get_object_or_404(place.prescriptions, version=int(version))
