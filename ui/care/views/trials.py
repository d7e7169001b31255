"""One trial's page."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from ui.care.audit import note
from ui.care.models import Trial
from ui.care.views.patients import drawing_of
from ui.care.words import MEASURES, measure_words


def trial_page(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Show one trial: stabilogram, measures, quality, and what they were computed with."""
    trial = get_object_or_404(
        Trial.objects.select_related("session__patient", "session__station"), pk=trial_id
    )
    note(request, "looked at a trial", str(trial.pk))
    drawing, reason = drawing_of(trial)
    measures = trial.body["measures"]
    order = [*(name for name in MEASURES if name in measures), *sorted(set(measures) - set(MEASURES))]
    context = {
        "trial": trial,
        "patient": trial.session.patient,
        "drawing": drawing,
        "drawing_reason": reason,
        "measures": [(*measure_words(name), measures[name]) for name in order],
    }
    return render(request, "care/trial.html", context)
