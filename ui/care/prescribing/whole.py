"""The part of the programme form that holds for the whole: the week, the person, what is said of it."""

import secrets
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ui.care.prescribing.bounds import bound_by_station
from ui.care.prescribing.place import Place
from ui.care.words.clinical import DEVICE, SIDE, SURGERY
from ui.care.words.ladder import joined, limit_words

NOTE_CHARACTERS: Final = 300
PERSON: Final = ("device", "surgery", "surgery_date", "weaker_leg", "somebody_near", "number")
WEEK: Final = (
    "sessions_a_day",
    "minutes_a_day",
    "least_gap_h",
    "rest_days_a_week",
    "pain_limit",
    "expires_on",
)
MESSAGE: Final = ("note", "why")


class ProgrammeForm(forms.Form):
    """What holds for the whole programme.

    `base_version` is the one the therapist started from, `base_moves` how many decisions of the station stood
    beside it.
    """

    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    base_moves = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    device = forms.ChoiceField(label=_("Walking aid"), choices=DEVICE)
    surgery = forms.ChoiceField(
        label=_("Surgery"), choices=[("", _("not said")), *SURGERY.items()], required=False
    )
    surgery_date = forms.DateField(
        label=_("Date of surgery"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    weaker_leg = forms.ChoiceField(
        label=_("Weaker leg"), choices=[("", _("not said")), *SIDE.items()], required=False
    )
    somebody_near = forms.BooleanField(
        label=_("Somebody must be nearby"), required=False, help_text=_("Asked at every check-in.")
    )
    number = forms.RegexField(
        label=_("Number at the station"),
        regex=r"^[0-9]{4}$",
        error_messages={"invalid": _("Four digits, like 4711.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
        help_text=_(
            "Four digits, which this person types at the shared station. No password, no date of birth."
        ),
    )
    sessions_a_day = forms.IntegerField(label=_("Sessions a day"), min_value=1, max_value=12, required=False)
    minutes_a_day = forms.FloatField(label=_("Minutes a day"), min_value=1, max_value=240, required=False)
    least_gap_h = forms.FloatField(
        label=_("Hours between sessions"), min_value=0, max_value=24, required=False
    )
    rest_days_a_week = forms.IntegerField(
        label=_("Rest days a week"), min_value=0, max_value=6, required=False
    )
    pain_limit = forms.IntegerField(
        label=_("Pain limit"),
        min_value=0,
        max_value=10,
        help_text=_("0 to 10; above it, no training that day."),
    )
    expires_on = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("After that day only supported standing is trained. Left empty: twelve weeks."),
    )
    note = forms.CharField(
        label=_("Note to the patient"),
        max_length=NOTE_CHARACTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-preview": "note-preview"}),
        help_text=_("Read before the next check-in. Do not write names."),
    )
    why = forms.CharField(
        label=_("Why, for colleagues"),
        max_length=300,
        required=False,
        help_text=_("Stays here, beside this version; the station does not get it."),
    )

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place = place
        if not place.shared:
            del self.fields["number"]
        for name, field in self.fields.items():
            field.help_text = joined((str(field.help_text), limit_words(name, place.limits)))
        bound_by_station(self.fields, place.limits)

    def clean_number(self) -> str:
        """Refuse a number that another person of this station has."""
        number = str(self.cleaned_data["number"])
        if self._place.number_taken_by_another(number):
            message = gettext("%(number)s is another person's number at this station; %(free)s is free.")
            raise forms.ValidationError(message % {"number": number, "free": free_number(self._place)})
        return number

    def clean_expires_on(self) -> date | None:
        """Refuse a day that is over."""
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(gettext("This day is over."))
        return day

    @property
    def person(self) -> list[forms.BoundField]:
        """What is known of the person."""
        return self._bound(PERSON)

    @property
    def week(self) -> list[forms.BoundField]:
        """How much of it, and for how long."""
        return self._bound(WEEK)

    @property
    def message(self) -> list[forms.BoundField]:
        """What is said of it."""
        return self._bound(MESSAGE)

    def _bound(self, names: Iterable[str]) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]


def free_number(place: Place) -> str:
    """Return a number nobody at this station has, by chance: it shall say nothing of the person."""
    while True:
        number = f"{secrets.randbelow(10_000):04d}"
        if not place.number_taken_by_another(number):
            return number
