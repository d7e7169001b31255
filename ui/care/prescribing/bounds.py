"""What a station allows, put on the fields of a form, so that every mistake is told at once."""

from collections.abc import Mapping
from typing import Final

from django import forms
from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator

from station.training.prescription import Limits
from ui.care.words.ladder import limit_words

MOST: Final = {
    "attempts": "most_attempts",
    "hold_s": "longest_hold_s",
    "pain_limit": "highest_pain_limit",
    "sessions_a_day": "most_sessions_a_day",
    "minutes_a_day": "most_minutes_a_day",
}
LEAST: Final = {"least_gap_h": "shortest_gap_h", "rest_days_a_week": "fewest_rest_days"}


def bound_by_station(fields: Mapping[str, forms.Field], limits: Limits | None) -> None:
    """Refuse in these fields what is beyond the limits, in the words that stand below each."""
    if limits is None:
        return
    for name, field in fields.items():
        validator: BaseValidator | None = None
        if name in MOST:
            validator = MaxValueValidator(getattr(limits, MOST[name]), limit_words(name, limits))
            field.widget.attrs["max"] = getattr(limits, MOST[name])
        elif name in LEAST:
            validator = MinValueValidator(getattr(limits, LEAST[name]), limit_words(name, limits))
            field.widget.attrs["min"] = getattr(limits, LEAST[name])
        if validator is not None:
            # The form's own bound of the same kind is wider, and would say the same once more.
            others = [one for one in field.validators if not isinstance(one, type(validator))]
            field.validators = [*others, validator]
