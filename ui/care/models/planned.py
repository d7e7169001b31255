"""On how many days of seven a programme wants training: a column, since a thousand are asked for at once."""

from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import models

WEEK_DAYS: Final = 7


class _Exercise(msgspec.Struct):
    days_a_week: int = WEEK_DAYS


class _Plan(msgspec.Struct):
    exercises: list[_Exercise] = []
    rest_days_a_week: int = 1


def days_planned(document: dict[str, Any]) -> int:
    """Return on how many days of seven a programme wants training: its busiest exercise, less rest days."""
    plan = msgspec.convert(document, _Plan)
    busiest = max((exercise.days_a_week for exercise in plan.exercises), default=WEEK_DAYS)
    return max(0, min(busiest, WEEK_DAYS - plan.rest_days_a_week))


if TYPE_CHECKING:
    _Days = models.PositiveSmallIntegerField[int, int]
else:
    _Days = models.PositiveSmallIntegerField


class PlannedDays(_Days):
    """What the document of the same row says, written down when the row is: it is never changed."""

    def pre_save(self, model_instance: models.Model, add: bool) -> int:  # noqa: ARG002, FBT001 Django's own
        """Return the days that the document says."""
        days = days_planned(model_instance.document)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, days)
        return days
