"""The programme form: one row an exercise, offering what the ladders have and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, cast, get_args

import msgspec
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from station.training.prescription import Exercise, Limits, Prescription
from station.training.routine import Routine, Side, shipped_routines
from ui.care.words import DEVICE, SIDE, SURGERY, routine_words, rung_words

# The order in which balance is won back; routines not named here follow.
ORDER: Final = ("supported-standing", "single-leg", "balance-board")
MOST_ROWS: Final = 20
# Fields of the whole that an empty form leaves as they are.
KEPT: Final = (
    "surgery",
    "surgery_date",
    "weaker_leg",
    "somebody_near",
    "sessions_a_day",
    "minutes_a_day",
    "least_gap_h",
    "rest_days_a_week",
)

# Django's form sets name the type of their forms for type checkers only.
if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet["ExerciseForm"]
else:
    _FormSet = forms.BaseFormSet


class ExerciseForm(forms.Form):
    """One exercise. Which routine and side it is comes back hidden and is checked like everything else."""

    routine = forms.CharField(widget=forms.HiddenInput)
    side = forms.ChoiceField(
        choices=[("", ""), *((side, side) for side in get_args(Side))],
        required=False,
        widget=forms.HiddenInput,
    )
    include = forms.BooleanField(label=_("Include"), required=False)
    rung = forms.TypedChoiceField(label=_("Rung"), coerce=int)
    attempts = forms.IntegerField(label=_("Attempts"), min_value=1, max_value=10)
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
    alone_up_to = forms.IntegerField(
        label=_("Alone up to rung"),
        min_value=1,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": _("asks you")}),
    )

    def __init__(self, *args: Any, limits: Limits | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = shipped_routines().get(str(self["routine"].value()))
        choice = self.fields["rung"]
        if self.known is not None and isinstance(choice, forms.TypedChoiceField):
            choice.choices = _rungs(self.known, limits)

    @property
    def title(self) -> str:
        """The exercise in words."""
        return routine_words(str(self["routine"].value()), self["side"].value())

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

    def exercise(self) -> Exercise | None:
        """Return the exercise of a valid row, None when it is not part of the programme."""
        data = self.cleaned_data
        if not data["include"]:
            return None
        return Exercise(
            routine=data["routine"],
            rung=data["rung"],
            side=data["side"] or None,
            attempts=data["attempts"],
            hold_s=data["hold_s"],
            rest_s=data["rest_s"],
            days_a_week=data["days_a_week"] or 7,
            alone_up_to=data["alone_up_to"],
        )


class ExerciseForms(_FormSet):
    """The rows of a programme."""

    def exercises(self) -> tuple[Exercise, ...]:
        """Return the exercises of a valid set."""
        rows = (form.exercise() for form in self.forms)
        return tuple(exercise for exercise in rows if exercise is not None)

    def clean(self) -> None:
        """Refuse an empty programme."""
        if not any(self.errors) and not self.exercises():
            raise forms.ValidationError(gettext("Choose at least one exercise."))


_exercise_forms = forms.formset_factory(
    ExerciseForm, formset=ExerciseForms, extra=0, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS
)


class ProgrammeForm(forms.Form):
    """What holds for the whole programme; `base_version` is the one the therapist started from."""

    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    device = forms.ChoiceField(label=_("Walking aid"), choices=DEVICE)
    pain_limit = forms.IntegerField(
        label=_("Pain limit"),
        min_value=0,
        max_value=10,
        help_text=_("0 to 10; above it, no training that day."),
    )
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
        label=_("Somebody nearby"), required=False, help_text=_("Asked at every check-in.")
    )
    sessions_a_day = forms.IntegerField(label=_("Sessions a day"), min_value=1, max_value=12, required=False)
    minutes_a_day = forms.FloatField(label=_("Minutes a day"), min_value=1, max_value=240, required=False)
    least_gap_h = forms.FloatField(
        label=_("Hours between sessions"), min_value=0, max_value=24, required=False
    )
    rest_days_a_week = forms.IntegerField(
        label=_("Rest days a week"), min_value=0, max_value=6, required=False
    )
    note = forms.CharField(
        label=_("Note to the patient"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Read at the next check-in. Do not write names."),
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A programme being edited: the whole and its rows."""

    form: ProgrammeForm
    rows: ExerciseForms

    @classmethod
    def begin(cls, current: Prescription | None, limits: Limits | None) -> Self:
        """Return the draft that changes nothing yet."""
        form = ProgrammeForm(
            initial={
                "base_version": current.version if current else 0,
                "device": current.device if current else "walker",
                "pain_limit": current.pain_limit if current else 5,
                **{name: _first(current, name) for name in KEPT},
            }
        )
        return cls(form, _rows(limits, initial=_first_rows(current)))

    @classmethod
    def read(cls, data: QueryDict, limits: Limits | None) -> Self:
        """Return the draft as it was sent."""
        return cls(ProgrammeForm(data), _rows(limits, data=data))

    def is_valid(self) -> bool:
        """Whether whole and rows are right by themselves."""
        # Both, so that every mistake is shown at once.
        return all([self.form.is_valid(), self.rows.is_valid()])

    def refuse(self, reason: str) -> None:
        """Show this reason above the form."""
        self.form.add_error(None, reason)


def _first(current: Prescription | None, name: str) -> Any:
    """Return what a field of the whole shows first: what is in force, else the document's own default."""
    if current is not None:
        return getattr(current, name)
    return next(field.default for field in msgspec.structs.fields(Prescription) if field.name == name)


def _rows(limits: Limits | None, **of_formset: Any) -> ExerciseForms:
    return cast(
        "ExerciseForms", _exercise_forms(prefix="exercise", form_kwargs={"limits": limits}, **of_formset)
    )


def _first_rows(current: Prescription | None) -> list[dict[str, Any]]:
    """Return the rows a programme is edited from: what is in force, then what could be added."""
    rows = [_row(exercise, include=True) for exercise in (current.exercises if current else ())]
    there = {(row["routine"], row["side"]) for row in rows}
    rows += [
        _row(Exercise(routine=routine, rung=1, side=side), include=False)
        for routine, side in _every_exercise()
        if (routine, side or "") not in there
    ]
    return rows[:MOST_ROWS]


def _row(exercise: Exercise, *, include: bool) -> dict[str, Any]:
    return {
        "routine": exercise.routine,
        "side": exercise.side or "",
        "include": include,
        "rung": exercise.rung,
        "attempts": exercise.attempts,
        "hold_s": _short(exercise.hold_s),
        "rest_s": _short(exercise.rest_s),
        "days_a_week": exercise.days_a_week,
        "alone_up_to": exercise.alone_up_to,
    }


def _short(seconds: float | None) -> float | None:
    """Return a whole number without its decimals."""
    return int(seconds) if seconds is not None and seconds.is_integer() else seconds


def _every_exercise() -> Iterable[tuple[str, Side | None]]:
    routines = shipped_routines()
    order = [*(name for name in ORDER if name in routines), *(name for name in routines if name not in ORDER)]
    for name in order:
        sides: tuple[Side | None, ...] = get_args(Side) if routines[name].sided else (None,)
        for side in sides:
            yield name, side


def _rungs(routine: Routine, limits: Limits | None) -> list[tuple[int, str]]:
    hardest = limits.hardest_rung.get(routine.routine, 1) if limits else len(routine.rungs)
    beyond = gettext("beyond this station's limit")
    return [
        (number, rung_words(number, rung) + (f" ({beyond})" if number > hardest else ""))
        for number, rung in enumerate(routine.rungs, start=1)
    ]


def minutes_words(minutes: float) -> str:
    """Return the length of a session: "about 4 minutes"."""
    whole = max(1, round(minutes))
    return ngettext("about %(minutes)d minute", "about %(minutes)d minutes", whole) % {"minutes": whole}
