"""The programme form: the whole, and one row an exercise."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Self, cast, get_args

import msgspec
from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from station.training.prescription import Exercise, Prescription
from station.training.routine import Side
from ui.care.prescribing.exercise import ExerciseForm
from ui.care.prescribing.place import Place
from ui.care.prescribing.programme import VALID_FOR, last_day_of
from ui.care.prescribing.whole import ProgrammeForm, free_number
from ui.care.words.routines import routines
from ui.care.words.station import station_words

# The order in which balance is won back; routines not named here follow.
ORDER: Final = ("supported-standing", "weight-shift", "single-leg", "tandem", "balance-board")
MOST_EXERCISES: Final = 20  # of a prescription
MOST_ROWS: Final = 80
# Fields of the whole that are shown as they are in force.
KEPT: Final = (
    *("device", "pain_limit", "surgery", "surgery_date", "weaker_leg", "somebody_near", "number"),
    *("sessions_a_day", "minutes_a_day", "least_gap_h", "rest_days_a_week"),
)
# Of a station's reason: "exercise 2: alone_up_to: rung 6 of …", "minutes_a_day: 90 is above …".
_REASON: Final = re.compile(r"^(?:exercise (?P<row>\d+): )?(?:(?P<field>[a-z_]+): )?(?P<what>.*)$", re.DOTALL)
_FIELDS: Final = {"expires": "expires_on"}

# Django's form sets name the type of their forms for type checkers only.
if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet["ExerciseForm"]
else:
    _FormSet = forms.BaseFormSet


class ExerciseForms(_FormSet):
    """The rows of a programme."""

    def exercises(self) -> tuple[Exercise, ...]:
        """Return the exercises of a valid set, in their order."""
        return tuple(form.exercise() for form in self.in_order())

    def in_order(self) -> list[ExerciseForm]:
        """Return the rows of a valid set that are included, by the place they were given; new ones last."""
        included = [form for form in self.forms if form.cleaned_data.get("include")]
        return sorted(included, key=lambda form: form.cleaned_data.get("order") or 1000)

    def clean(self) -> None:
        """Refuse an empty programme, and one with more than a prescription holds."""
        if any(self.errors):
            return
        count = len(self.exercises())
        if not count:
            raise forms.ValidationError(gettext("Choose at least one exercise."))
        if count > MOST_EXERCISES:
            most = {"most": MOST_EXERCISES, "count": count}
            raise forms.ValidationError(gettext("At most %(most)d exercises; these are %(count)d.") % most)


_exercise_forms = forms.formset_factory(
    ExerciseForm, formset=ExerciseForms, extra=0, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A programme being edited: the whole and its rows."""

    form: ProgrammeForm
    rows: ExerciseForms

    @classmethod
    def begin(cls, place: Place, shown: Prescription | None, trained: Prescription | None) -> Self:
        """Return the draft of what is shown first; `trained` is what rungs are compared with."""
        newest = place.newest
        initial = {name: _first(shown, name) for name in KEPT}
        initial |= {
            "base_version": newest.version if newest else 0,
            "base_moves": place.moves,
            "expires_on": _last_day(shown, place),
        }
        if place.shared:
            initial["number"] = initial["number"] or free_number(place)
        form = ProgrammeForm(initial=initial, place=place)
        return cls(form, _rows(place, trained, initial=_first_rows(shown)))

    @classmethod
    def read(cls, data: QueryDict, place: Place, trained: Prescription | None) -> Self:
        """Return the draft as it was sent."""
        return cls(ProgrammeForm(data, place=place), _rows(place, trained, data=data))

    def is_valid(self) -> bool:
        """Whether whole and rows are right by themselves."""
        # Both, so that every mistake is shown at once.
        return all([self.form.is_valid(), self.rows.is_valid()])

    def refuse(self, reason: str) -> None:
        """Show this reason above the form."""
        self.form.add_error(None, reason)

    def refuse_as_station(self, reason: str) -> None:
        """Show what the station would say beside the field it names, else above the form."""
        found = _REASON.match(reason)
        words = gettext("The station would reject this: %(reason)s.")
        row, field, what = (found["row"], found["field"], found["what"]) if found else (None, None, reason)
        included = self.rows.in_order()
        form: forms.Form = included[int(row) - 1] if row and int(row) <= len(included) else self.form
        name = _FIELDS.get(field or "", field)
        if name in form.fields:
            form.add_error(name, words % {"reason": station_words(what)})
        else:
            form.add_error(None, words % {"reason": station_words(reason if form is self.form else what)})

    @property
    def included(self) -> list[ExerciseForm]:
        """The rows that are part of it, and those that were, before the rest."""
        return [form for form in self.rows.forms if form["include"].value() or form.today is not None]

    @property
    def others(self) -> list[ExerciseForm]:
        """What could be added."""
        there = self.included
        return [form for form in self.rows.forms if form not in there]

    @property
    def error_count(self) -> int:
        """How many things are to be mended."""
        of_rows = sum(len(form.errors) for form in self.rows.forms)
        return len(self.form.errors) + of_rows + len(self.rows.non_form_errors())


def _last_day(shown: Prescription | None, place: Place) -> date:
    """Return the last day shown first: that of the programme, or twelve weeks from now where it is over."""
    today, limits = timezone.localdate(), place.limits
    day = last_day_of(shown) if shown else today
    if day <= today:
        day = today + VALID_FOR
    if limits is None:
        return day
    return min(day, today + timedelta(days=max(0, int(min(limits.longest_validity_days, 36500)) - 1)))


def _first(current: Prescription | None, name: str) -> Any:
    """Return what a field of the whole shows first: what is in force, else the document's own default."""
    if current is not None:
        value = getattr(current, name)
        return _short(value) if isinstance(value, float) else value
    value = next(field.default for field in msgspec.structs.fields(Prescription) if field.name == name)
    return _short(value) if isinstance(value, float) else value


def _rows(place: Place, trained: Prescription | None, **of_formset: Any) -> ExerciseForms:
    today = {(e.routine, e.side or ""): e.rung for e in (trained.exercises if trained else ())}
    kwargs = {"limits": place.limits, "today": today}
    return cast("ExerciseForms", _exercise_forms(prefix="exercise", form_kwargs=kwargs, **of_formset))


def _first_rows(current: Prescription | None) -> list[dict[str, Any]]:
    """Return the rows a programme is edited from: what is in force, then what could be added."""
    included = current.exercises if current else ()
    rows = [{**_row(exercise, include=True), "order": at} for at, exercise in enumerate(included, start=1)]
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
    return int(seconds) if seconds is not None and float(seconds).is_integer() else seconds


def _every_exercise() -> Iterable[tuple[str, Side | None]]:
    known = routines()
    order = [*(name for name in ORDER if name in known), *(name for name in known if name not in ORDER)]
    for name in order:
        sides: tuple[Side | None, ...] = get_args(Side) if known[name].sided else (None,)
        for side in sides:
            yield name, side


def minutes_words(minutes: float) -> str:
    """Return the length of a session: "about 4 minutes"."""
    whole = max(1, round(minutes))
    return ngettext("about %(minutes)d minute", "about %(minutes)d minutes", whole) % {"minutes": whole}
