"""One trial's page."""

import uuid

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ui.care.access import trial_for
from ui.care.audit import note
from ui.care.views.patients import drawing_of
from ui.care.words import MEASURES, measure_words


@permission_required("care.view_patient", raise_exception=True)
def trial_page(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Show one trial: stabilogram, measures, quality, and what they were computed with."""
    trial = trial_for(request, trial_id)
    about = trial.session.patient.pseudonym if trial.session.patient else ""
    note(request, "looked at a trial", str(trial.pk), about=about)
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
