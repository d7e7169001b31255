"""One row of the programme form: an exercise, with what its ladder and this station allow, nothing else."""

from typing import Any, get_args

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from station.training.prescription import Exercise, Limits
from station.training.routine import Side
from ui.care.prescribing.bounds import bound_by_station
from ui.care.words.clinical import routine_words
from ui.care.words.difficulty import rung_mark
from ui.care.words.ladder import hardest_allowed, limit_words, manner_words, rung_limit_words, rung_words
from ui.care.words.routines import routines

MOST_ATTEMPTS = 10
HEAD = ("routine", "side", "include", "order")
MARKS = {
    "today": _("today"),
    "harder": _("harder"),
    "easier": _("easier"),
}


class RungSelect(forms.Select):
    """Offers the whole ladder, and lets nobody choose what this station does not allow."""

    hardest: int = 1000

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return one option."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if str(value).isdecimal() and int(str(value)) > self.hardest:
            option["attrs"]["disabled"] = True
        return option


class ExerciseForm(forms.Form):
    """One exercise. Which routine and side it is comes back hidden and is checked like everything else.

    `today` is the rung that is trained now, by routine and side. A row that is left out is not looked at.
    """

    routine = forms.CharField(widget=forms.HiddenInput)
    side = forms.ChoiceField(
        choices=[("", ""), *((side, side) for side in get_args(Side))],
        required=False,
        widget=forms.HiddenInput,
    )
    include = forms.BooleanField(label=_("Include"), required=False)
    order = forms.IntegerField(label=_("Place in the order"), min_value=1, max_value=99, required=False)
    rung = forms.TypedChoiceField(label=_("Rung"), coerce=int, widget=RungSelect)
    attempts = forms.IntegerField(label=_("Attempts"), min_value=1, max_value=MOST_ATTEMPTS)
    hold_s = forms.FloatField(
        label=_("Hold, s"),
        min_value=1,
        max_value=600,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": _("as rung"), "step": "any"}),
    )
    rest_s = forms.FloatField(
        label=_("Rest, s"), min_value=5, max_value=600, widget=forms.NumberInput(attrs={"step": "any"})
    )
    days_a_week = forms.IntegerField(label=_("Days a week"), min_value=1, max_value=7, required=False)
    alone_up_to = forms.TypedChoiceField(
        label=_("By itself up to"), coerce=int, empty_value=None, required=False, widget=RungSelect
    )

    def __init__(
        self,
        *args: Any,
        limits: Limits | None = None,
        today: dict[tuple[str, str], int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.limits = limits
        self.known = routines().get(str(self["routine"].value()))
        name = (str(self["routine"].value()), str(self["side"].value() or ""))
        self.today = (today or {}).get(name)
        self._fit_to_ladder()
        self._say_limits()

    def _fit_to_ladder(self) -> None:
        """Offer the rungs of this ladder; leave out what its kind does not have."""
        if self.known is None:
            return
        every = range(1, len(self.known.rungs) + 1)
        rung, alone = self.fields["rung"], self.fields["alone_up_to"]
        assert isinstance(rung, forms.TypedChoiceField)  # noqa: S101 (declared above)
        assert isinstance(alone, forms.TypedChoiceField)  # noqa: S101
        rung.choices = [(number, self._rung_option(number)) for number in every]
        alone.choices = [
            ("", gettext("it asks you")),
            *((n, gettext("rung %(number)d") % {"number": n}) for n in every),
        ]
        for field in (rung, alone):
            field.widget.hardest = hardest_allowed(self.known, self.limits)
        if self.known.assessment:
            del self.fields["alone_up_to"]
        if self.known.kind != "hold":
            del self.fields["hold_s"]

    def _rung_option(self, number: int) -> str:
        assert self.known  # noqa: S101 (asked for before)
        mark = "" if self.known.assessment else rung_mark(number, self.today)
        words = manner_words(self.known, self.known.rung(number))
        return f"{number} ({MARKS[mark]}): {words}" if mark else f"{number}: {words}"

    def _say_limits(self) -> None:
        if self.known is not None:
            self.fields["rung"].help_text = rung_limit_words(self.known, self.limits)
        for name in ("attempts", "hold_s"):
            if name in self.fields:
                self.fields[name].help_text = limit_words(name, self.limits)
        bound_by_station(self.fields, self.limits)

    @property
    def title(self) -> str:
        """The exercise in words."""
        return routine_words(str(self["routine"].value()), self["side"].value())

    @property
    def doses(self) -> list[forms.BoundField]:
        """The fields that are shown once it is included."""
        return [self[name] for name in self.fields if name not in HEAD]

    @property
    def todays_words(self) -> str:
        """What is trained now, "" where it is not."""
        if self.today is None or self.known is None:
            return ""
        return gettext("today %(rung)s") % {"rung": rung_words(self.known, self.today)}

    @property
    def allowed(self) -> bool:
        """Whether this station allows any rung of it."""
        return self.known is None or hardest_allowed(self.known, self.limits) > 0

    def full_clean(self) -> None:
        """Look at the row, unless it is left out: what stands in it then matters to nobody."""
        super().full_clean()
        if self.is_bound and not self.cleaned_data.get("include"):
            self._errors = forms.utils.ErrorDict()

    def clean_routine(self) -> str:
        """Refuse a routine that no station has."""
        routine = str(self.cleaned_data["routine"])
        if self.known is None:
            raise forms.ValidationError(gettext("There is no such exercise."))
        return routine

    def clean(self) -> dict[str, Any]:
        """Refuse a side where there is none, and its absence where there is."""
        cleaned = super().clean() or {}
        if self.known is not None and self.known.sided != bool(cleaned.get("side")):
            raise forms.ValidationError(gettext("This exercise and its side do not fit."))
        return cleaned

    def exercise(self) -> Exercise:
        """Return the exercise of a valid row that is included."""
        data = self.cleaned_data
        return Exercise(
            routine=data["routine"],
            rung=data["rung"],
            side=data["side"] or None,
            attempts=data["attempts"],
            hold_s=data.get("hold_s"),
            rest_s=data["rest_s"],
            days_a_week=data["days_a_week"] or 7,
            alone_up_to=data.get("alone_up_to"),
        )
