"""What came onto the worklist while a page of it was open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ui.care.models import Prescription
from ui.care.models.programme import State
from ui.care.rights.access import Viewer, events_of, patients_of
from ui.care.today.facts import ASKED_FOR, facts_of
from ui.care.today.seen_to import left
from ui.care.today.sessions import LOOKED_BACK
from ui.care.today.worklist import Item, items

# A message is dated before it is committed: what a page could not see yet may be that much older.
COMMITTED_WITHIN: Final = timedelta(seconds=15)
LONGEST: Final = timedelta(hours=24)  # a page that was open for longer is loaded again
MOST_KNOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Since:
    """From when on lines are new, and the causes of those since then that the page shows already."""

    when: datetime
    known: frozenset[str] = frozenset()

    @classmethod
    def page(cls, user: Viewer, shown: Iterable[Item], now: datetime) -> "Since":
        """Return what a page that shows these lines now asks for later."""
        when = now - COMMITTED_WITHIN
        newest = _events(user, when)
        known = {item.cause for item in shown if item.cause in newest or _is_rejected(item, when)}
        return cls(when, frozenset(known)) if len(known) <= MOST_KNOWN else cls(now)

    @classmethod
    def read(cls, query: QueryDict, now: datetime) -> "Since":
        """Return what an address asks for; what cannot be read asks for what comes from now on."""
        try:
            when = parse_datetime(query.get("since", ""))
        except ValueError:
            when = None
        if when is None or timezone.is_naive(when):
            when = now
        known = query.get("known", "").split(",")[:MOST_KNOWN]
        return cls(max(when, now - LONGEST), frozenset(known))

    @property
    def query(self) -> str:
        """Return it as an address asks for it."""
        asked = QueryDict(mutable=True)
        asked["since"] = self.when.isoformat()
        if self.known:
            asked["known"] = ",".join(sorted(self.known)[:MOST_KNOWN])
        return asked.urlencode()


def arrivals(user: Viewer, since: Since, *, now: datetime) -> list[Item]:
    """Return the lines of this person's worklist that are about what came since; two queries for none."""
    causes = _causes(user, since)
    if not causes:
        return []
    concerned = patients_of(user).filter(ended=None, pk__in=causes.values())
    found = items(facts_of(concerned, now=now), now=now)
    return left([item for item in found if item.cause in causes])


def _causes(user: Viewer, since: Since) -> dict[str, int | None]:
    """Return what came since, as the worklist calls it, and whose it is."""
    causes = _events(user, since.when) | _rejected(user, since.when)
    return {cause: patient for cause, patient in causes.items() if cause not in since.known}


def _events(user: Viewer, since: datetime) -> dict[str, int | None]:
    # The list asks for events of the last days only, and the database finds those by their own date.
    events = events_of(user).filter(
        kind__in=ASKED_FOR, happened__gt=since - LOOKED_BACK, message__received__gt=since
    )
    return {f"event:{pk}": patient for pk, patient in events.values_list("pk", "patient").order_by()}


def _rejected(user: Viewer, since: datetime) -> dict[str, int | None]:
    refused = Prescription.objects.filter(
        state=State.REJECTED, answered__gt=since, station__patient__in=patients_of(user)
    )
    whose = refused.values_list("pk", "station__patient").order_by()
    return {f"rx:{pk}:{State.REJECTED}": patient for pk, patient in whose}


def _is_rejected(item: Item, since: datetime) -> bool:
    return item.kind == "rejected" and item.since is not None and item.since > since
