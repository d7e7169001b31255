"""Pages of a list in the order in which things came: a page begins after the last item of the one before.

Nothing is skipped or shown twice when more comes in between; the hundredth page costs what the first did.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from ninja.errors import HttpError

from ui.care.out.api.shapes import Query

DIGITS: Final = re.compile(r"[0-9]{1,18}")


class Place(NamedTuple):
    """Where a page ended: when its last item came, and its primary key."""

    stamp: datetime
    key: str

    def cursor(self) -> str:
        """Return it as text for an address."""
        plain = f"{self.stamp.isoformat()}|{self.key}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _place(cursor: str) -> Place:
    """Return the place of a cursor. Raises HttpError for one that was not given out here."""
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        stamp, _, key = plain.partition("|")
        when = datetime.fromisoformat(stamp)
        if not DIGITS.fullmatch(key):
            UUID(key)
    except (binascii.Error, ValueError):
        raise HttpError(422, "cursor: it must be the `next` of a page before") from None
    if when.tzinfo is None or not 1000 <= when.year < 3000:
        raise HttpError(422, "cursor: it must be the `next` of a page before")
    return Place(when, key)


def page(
    rows: QuerySet[Any], query: Query, *, stamp: str, shape: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """Return a page of rows ordered by the field `stamp` (when they came or changed) and the primary key."""
    if query.since is not None:
        rows = rows.filter(**{f"{stamp}__gte": query.since})
    if query.cursor is not None:
        after = _after(rows.model, query.cursor)
        same = Q(**{stamp: after.stamp, "pk__gt": after.key})
        rows = rows.filter(Q(**{f"{stamp}__gt": after.stamp}) | same)
    # Keys first: with the tables that rows need beside them, a database may well read all before it sorts.
    places: Sequence[Any] = list(rows.order_by(stamp, "pk").values_list("pk", stamp)[: query.limit + 1])
    shown = places[: query.limit]
    found = {row.pk: row for row in rows.filter(pk__in=[key for key, _ in shown])}
    last = Place(shown[-1][1], str(shown[-1][0])) if shown else None
    return {
        "items": [shape(found[key]) for key, _ in shown if key in found],
        "next": last.cursor() if last and len(places) > query.limit else None,
        "until": last.stamp if last else None,
    }


def _after(model: type[Model], cursor: str) -> Place:
    place = _place(cursor)
    counted = model._meta.pk.get_internal_type() == "BigAutoField"  # noqa: SLF001 the documented Model._meta API
    if counted != bool(DIGITS.fullmatch(place.key)):
        raise HttpError(422, "cursor: it belongs to another list")
    return place
