"""One trial's page, what can be taken out of it, and two trials side by side."""

import uuid
from typing import Any, Final

import msgspec
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from station.errors import StationError
from station.training.routine import OFF_PLATE
from ui.care.models import Trial
from ui.care.results.comparison import rows, why_not
from ui.care.results.stabilogram import draw, raw_payload, read_pieces, read_raw
from ui.care.results.trace_csv import path_csv
from ui.care.results.trial_story import Story, story_of
from ui.care.rights.access import patient_for, trial_for
from ui.care.rights.audit import note
from ui.care.today.caseload import trials_of
from ui.care.words.clinical import MEASURES, measure_words

LIKE_SHOWN: Final = 12


@permission_required("care.view_patient", raise_exception=True)
def trial_page(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Show one trial: stabilogram, course, hold, measures, quality, and what they were computed with."""
    trial = trial_for(request, trial_id)
    about = trial.session.patient.pseudonym if trial.session.patient else ""
    note(request, "looked at a trial", str(trial.pk), about=about)
    story, reason = _story(trial)
    measures = trial.body["measures"]
    order = [*(name for name in MEASURES if name in measures), *sorted(set(measures) - set(MEASURES))]
    context = {
        "trial": trial,
        "patient": trial.session.patient,
        "off_plate": trial.body.get("kind") in OFF_PLATE,
        "counts": trial.body.get("kind", "hold") != "hold",
        "story": story,
        "drawing": story.drawing if story else None,
        "drawing_reason": reason,
        "measures": [(*measure_words(name), measures[name]) for name in order],
        "like": _like(trial),
    }
    return render(request, "care/trial.html", context)


def _story(trial: Trial) -> tuple[Story | None, str]:
    """Return what the raw trace shows, or why it cannot be read; neither while it has not come."""
    payload = raw_payload(trial.pk)
    if payload is None:
        return None, ""
    limit = trial.body["support"].get("limit_percent")
    weight_n = trial.body.get("body_weight_n")
    try:
        return story_of(read_raw(payload), body_weight_n=weight_n, limit_percent=limit, sim=trial.sim), ""
    except StationError as error:
        return None, str(error)


def _like(trial: Trial) -> list[Trial]:
    """Return the newest trials of this patient under the same conditions, that carry measures."""
    patient = trial.session.patient
    if patient is None or not trial.body["measures"]:
        return []
    same = {
        name: getattr(trial, name)
        for name in ("routine", "side", "support_kind", "vision", "surface", "target_hold_s", "alg", "sim")
    }
    found = trials_of(patient).filter(**same, outcome=trial.outcome, velocity_mm_s__isnull=False)
    return list(found.exclude(pk=trial.pk).defer("body")[:LIKE_SHOWN])


@permission_required("care.view_patient", raise_exception=True)
def path_file(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Give the path of the centre of pressure as CSV."""
    trial, payload = _traced(request, trial_id)
    try:
        text = path_csv(read_raw(payload))
    except StationError as error:
        return HttpResponse(
            gettext("The raw trace of this trial cannot be read: %(error)s") % {"error": error},
            "text/plain",
            status=409,
        )
    return _file(request, trial, text.encode(), "text/csv; charset=utf-8", "csv")


@permission_required("care.view_patient", raise_exception=True)
def received_file(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Give result and raw trace as they were received, as one JSON document."""
    trial = trial_for(request, trial_id)
    payload = raw_payload(trial.pk)
    document = {"result": trial.body, "raw": msgspec.Raw(payload) if payload else None}
    return _file(request, trial, msgspec.json.encode(document), "application/json", "json")


def _traced(request: HttpRequest, trial_id: uuid.UUID) -> tuple[Trial, bytes]:
    trial = trial_for(request, trial_id)
    payload = raw_payload(trial.pk)
    if payload is None:
        raise Http404
    return trial, payload


def _file(request: HttpRequest, trial: Trial, content: bytes, kind: str, ending: str) -> HttpResponse:
    about = trial.session.patient.pseudonym if trial.session.patient else ""
    note(request, f"downloaded a trial ({ending})", str(trial.pk), about=about)
    # The pseudonym-free id alone: a file's name is seen in folders and mails.
    name = f"trial-{trial.started:%Y%m%d-%H%M}-{str(trial.pk)[-6:]}{'-sim' if trial.sim else ''}.{ending}"
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@permission_required("care.view_patient", raise_exception=True)
def compare_page(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Show two like trials of a patient side by side; refuse others with the reason."""
    patient = patient_for(request, pseudonym)
    chosen = [_chosen(request, patient.pk, name) for name in ("a", "b")]
    if chosen[0] is None or chosen[1] is None:
        return redirect("patient", pseudonym=pseudonym)
    a, b = sorted((chosen[0], chosen[1]), key=lambda trial: trial.started)
    note(request, "compared two trials", patient.pseudonym)
    refused = why_not(a, b)
    context: dict[str, Any] = {"patient": patient, "a": a, "b": b, "refused": refused}
    if refused is None:
        context |= {"rows": rows(a, b), "sides": _side_by_side(a, b)}
    return render(request, "care/compare.html", context)


def _chosen(request: HttpRequest, patient: int, name: str) -> Trial | None:
    try:
        trial = trial_for(request, uuid.UUID(request.GET.get(name, "")))
    except ValueError:
        return None
    if trial.session.patient_id != patient:
        raise Http404
    return trial


def _side_by_side(a: Trial, b: Trial) -> list[tuple[Trial, Any]]:
    """Return both with their stabilograms on one scale; None where a trace is missing or unreadable."""
    pieces = []
    for trial in (a, b):
        payload = raw_payload(trial.pk)
        try:
            pieces.append(read_pieces(payload) if payload else [])
        except StationError:
            pieces.append([])
    drawn = [drawing for of in pieces if (drawing := draw(of))]
    half_mm = max((drawing.half_mm for drawing in drawn), default=None)
    return [(trial, draw(of, half_mm=half_mm)) for trial, of in zip((a, b), pieces, strict=True)]
