"""A version of a programme as lists of many people read it: how far it is, and what it says of days."""

from datetime import datetime
from operator import attrgetter
from typing import Final, NamedTuple

from django.db.models import QuerySet

from ui.care.models import Prescription
from ui.care.models.programme import State

SETTLED: Final = frozenset({State.APPLIED, State.REJECTED, State.REPLACED})


class Version(NamedTuple):
    """One version; `days` of seven it wants training on, `expires` as it says so, whether all is held."""

    pk: int
    version: int
    state: str
    reason: str
    created: datetime
    answered: datetime | None
    days: int
    expires: str | None
    on_hold: bool

    @classmethod
    def of(cls, rx: Prescription) -> "Version":
        """Return what is asked of a prescription here."""
        return cls._make(_columns_of(rx))

    @property
    def state_words(self) -> str:
        """How far it has come."""
        return str(State(self.state).label)

    @property
    def settled(self) -> bool:
        """Whether no further answer of the station is awaited."""
        return self.state in SETTLED


def versions_of(prescriptions: QuerySet[Prescription]) -> dict[int, Version]:
    """Return these by their keys: read without their documents, since there may be a thousand."""
    rows = prescriptions.values_list(*Version._fields).order_by()
    return {row[0]: Version._make(row) for row in rows}


_columns_of: Final = attrgetter(*Version._fields)
