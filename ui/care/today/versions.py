"""A version of a programme as lists of many people read it: how far it is, and what it says of days."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet
from django.db.models.fields.json import KT

from ui.care.models import Prescription
from ui.care.models.programme import State

SETTLED: Final = frozenset({State.APPLIED, State.REJECTED, State.REPLACED})
_COLUMNS: Final = ("pk", "version", "state", "reason", "created", "answered", "days")
_TOLD: Final = {"expires": KT("document__expires"), "held": KT("document__on_hold")}


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
        document: dict[str, Any] = rx.document
        told = (document.get("expires"), bool(document.get("on_hold")))
        return cls(rx.pk, rx.version, rx.state, rx.reason, rx.created, rx.answered, rx.days, *told)

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
    rows = prescriptions.annotate(**_TOLD).values_list(*_COLUMNS, *_TOLD).order_by()
    return {row[0]: Version._make((*row[:-1], row[-1] == "true")) for row in rows}
