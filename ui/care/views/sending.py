"""A message, a hold on all training and its end, an answer after a fall: all else as it is trained."""

from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from station.errors import PrescriptionError
from station.training.prescription import Prescription as Programme
from station.training.words import TEAM_HOLD_WORDS, WAIT_FOR_TEAM
from ui.care.prescribing.changes import changes
from ui.care.prescribing.place import Place, fall_waiting
from ui.care.prescribing.programme import document_of, first_programme, lasting, renewed
from ui.care.prescribing.sending import ChangedError, send
from ui.care.prescribing.whole import NOTE_CHARACTERS, free_number
from ui.care.views.programme import exercise_lines, require_place
from ui.care.words.clinical import Words
from ui.care.words.rejections import remedy
from ui.care.words.station import station_words


@dataclass(frozen=True, slots=True)
class Kind:
    """What is sent this way, and how its page says it."""

    title: Words
    lead: Words
    button: Words
    note_label: Words
    note_characters: int = NOTE_CHARACTERS
    note_needed: bool = False


HOLD_NOTE_CHARACTERS: Final = 200

KINDS: Final = {
    "message": Kind(
        _("Message to the patient"),
        _("It is read before the next check-in. The programme stays as it is trained now."),
        _("Sign and send the message"),
        _("Message"),
        note_needed=True,
    ),
    "hold": Kind(
        _("Hold all training"),
        _(
            "From when the station has it, nothing is trained, whatever day it is, until you lift the hold. "
            "A session under way ends after the attempt that has begun. The page at the station says that "
            "the care team has paused the training and will speak with them, and shows what you write here."
        ),
        _("Hold all training now"),
        _("What the patient reads below that"),
    ),
    "lift": Kind(
        _("Lift the hold"),
        _("Training may go on with this programme from when the station has it."),
        _("Lift the hold now"),
        _("Note to the patient"),
    ),
    "fall": Kind(
        _("Answer the possible fall"),
        _(
            "The station trains nothing until a programme that was written after the fall reaches it. "
            "Speak with the patient first. This sends the programme as it was trained last; what the "
            "station eased stays eased."
        ),
        _("I have spoken with them: training may go on"),
        _("Note to the patient"),
    ),
}


class SendForm(forms.Form):
    """What goes with it; `base_version` is the one the page was opened on."""

    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    note = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4, "data-preview": "note-preview"}),
        help_text=_("Do not write names."),
    )
    why = forms.CharField(
        label=_("Why, for colleagues"),
        max_length=300,
        required=False,
        help_text=_("Stays here, beside this version; the station does not get it."),
    )

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["note"]
        assert isinstance(field, forms.CharField)  # noqa: S101 (declared above)
        field.label, field.required = str(kind.note_label), kind.note_needed
        field.max_length = kind.note_characters
        field.validators = [*field.validators, forms.CharField(max_length=kind.note_characters).validators[0]]
        field.widget.attrs["maxlength"] = str(kind.note_characters)


@permission_required("care.add_prescription", raise_exception=True)
def send_form(request: HttpRequest, pseudonym: str, what: str) -> HttpResponse:
    """Show what is sent and what it changes, and send it once that was confirmed."""
    place = require_place(request, pseudonym)
    if isinstance(place, HttpResponse):
        return place
    trained = place.trained()
    if not _applies(what, place, trained):
        return redirect("patient", pseudonym=pseudonym)
    newest, would_be = place.newest, _programme(what, place, trained, "")
    # The page of a hold has less room for a note than one of its own.
    kind = replace(KINDS[what], note_characters=HOLD_NOTE_CHARACTERS) if would_be.held else KINDS[what]
    base = {"base_version": newest.version if newest else 0}
    posted = request.method == "POST"
    form = SendForm(request.POST, kind=kind) if posted else SendForm(initial=base, kind=kind)
    if posted and form.is_valid():
        data = form.cleaned_data
        programme = _programme(what, place, trained, data["note"])
        try:
            send(request, place, programme, base_version=data["base_version"], why=data["why"])
        except ChangedError as error:
            form.add_error(None, str(error))
        except PrescriptionError as error:
            words = gettext("The station would reject this: %(reason)s. %(remedy)s")
            form.add_error(None, words % {"reason": station_words(str(error)), "remedy": remedy(str(error))})
        else:
            return redirect("patient", pseudonym=pseudonym)
    context = {
        "patient": place.patient,
        "place": place,
        "what": what,
        "kind": kind,
        "form": form,
        "changes": changes(trained, would_be),
        "exercises": exercise_lines(would_be),
        "fall": fall_waiting(place, place.standing),
        "kiosk_heading": _("No training for now.") if would_be.held else _("From your therapist"),
        "kiosk_lines": [gettext(line) for line in TEAM_HOLD_WORDS[1:]] if would_be.held else (),
        "kiosk_last": (gettext(WAIT_FOR_TEAM),) if would_be.held else (),
        "typed": form["note"].value() or "",
    }
    return render(request, "care/programme_send.html", context, status=422 if form.errors else 200)


def _applies(what: str, place: Place, trained: Programme | None) -> bool:
    """Return whether there is anything to send. Raises Http404 for a kind that does not exist."""
    if what not in KINDS:
        raise Http404
    if what == "fall":
        return fall_waiting(place, place.standing) is not None
    held = bool(trained and trained.held)
    if what == "message":
        return trained is not None
    return held if what == "lift" else not held


def _programme(what: str, place: Place, trained: Programme | None, note: str) -> Programme:
    """Return the next version: as it is trained now, but for what this kind changes."""
    if trained is None:
        newest = place.newest  # refused, perhaps: what it says still is about this person
        number = document_of(newest).number if newest else free_number(place) if place.shared else None
        trained = first_programme(place.station, place.patient.pseudonym, number)
    held = what == "hold" or (what == "message" and trained.held)
    expires = trained.expires if what == "message" else lasting(trained)
    return renewed(
        trained, place.station, note=note, expires=expires, on_hold=True if held else msgspec.UNSET
    )
