"""The answer to what a station proposes or has eased: a new version, or a word that is remembered."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from station.errors import PrescriptionError
from ui.care.models import DecisionAnswer, Prescription
from ui.care.prescribing.place import fall_waiting
from ui.care.prescribing.programme import lasting, renewed
from ui.care.prescribing.proposals import Proposal, open_proposals
from ui.care.prescribing.sending import send
from ui.care.rights.audit import note
from ui.care.views.programme import require_place

SENDS = (DecisionAnswer.Kind.ACCEPTED, DecisionAnswer.Kind.PUT_BACK)
OF_EASED = (DecisionAnswer.Kind.KEPT, DecisionAnswer.Kind.PUT_BACK)


@require_POST
@permission_required("care.add_prescription", raise_exception=True)
def answer(request: HttpRequest, pseudonym: str, event_id: uuid.UUID) -> HttpResponse:
    """Take the answer to one decision of a station; the first answer stands."""
    place = require_place(request, pseudonym)
    if isinstance(place, HttpResponse):
        return place
    back = redirect("patient", pseudonym=pseudonym)
    waiting = [p for p in open_proposals([place.station]) if p.place.patient == place.patient]
    proposal = next((p for p in waiting if p.event.pk == event_id), None)
    kind = request.POST.get("answer")
    if proposal is None:
        text = gettext("This was answered already, or a newer version has taken its place. Nothing was sent.")
        messages.warning(request, text)
        return back
    if kind not in DecisionAnswer.Kind.values or (kind in OF_EASED) != proposal.eased:
        messages.error(request, gettext("Choose one of the answers."))
        return back
    if fall_waiting(place, place.standing) is not None and kind in SENDS:
        messages.error(request, gettext("Answer the possible fall first. Nothing was sent."))
        return back
    try:
        _keep(request, proposal, DecisionAnswer.Kind(kind))
    except PrescriptionError as error:
        words = gettext("Nothing was sent: %(reason)s. Change the programme by hand instead.")
        messages.error(request, words % {"reason": error})
    except IntegrityError:
        messages.warning(request, gettext("A colleague has just answered this. Nothing of yours was sent."))
    return back


@transaction.atomic
def _keep(request: HttpRequest, proposal: Proposal, kind: DecisionAnswer.Kind) -> None:
    """Keep the answer, and send the version that it asks for: both or neither. Raises PrescriptionError."""
    word = " ".join(request.POST.get("word", "").split())[:300]
    kept = DecisionAnswer(
        event=proposal.event,
        kind=kind,
        word=word,
        who=request.user if isinstance(request.user, User) else None,
    )
    kept.save(force_insert=True)  # first, so that of two clicks one sends
    if kind in SENDS:
        kept.prescription = _send(request, proposal, word or proposal.words)
        kept.save(update_fields=["prescription"])
    note(request, f"answered a station: {kind.value}", str(proposal.event.pk))


def _send(request: HttpRequest, proposal: Proposal, why: str) -> Prescription:
    place, programme = proposal.place, proposal.answered_programme
    new = renewed(programme, place.station, expires=lasting(programme), note="")
    newest = place.newest
    return send(request, place, new, base_version=newest.version if newest else 0, why=why)
