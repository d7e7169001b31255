"""The first page: who needs somebody today and why, and all patients."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from ui.care.models import Station
from ui.care.rights.access import patient_for, patients_of, role_of
from ui.care.rights.audit import note
from ui.care.rights.roles import AUDITOR
from ui.care.today.arrivals import Since, arrivals
from ui.care.today.caseload import (
    orphaned_for,
    seen_to_for,
    shared_station_for,
    shared_stations_for,
)
from ui.care.today.facts import Facts, facts_of
from ui.care.today.lines import lines_of
from ui.care.today.seen_to import lately, left, see_to, take_back
from ui.care.today.worklist import Item, items, station_items
from ui.care.views.paging import part_of
from ui.care.views.rows import Row, rows_of
from ui.care.words.reasons import GROUPS, REASONS

LINES_A_PAGE: Final = 40
MANY: Final = (
    200  # patients: nobody reads through more below the worklist; they are found by name, or by page
)
NEW_SHOWN: Final = 3  # the most urgent of them; the list has them all


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is narrowed to: a group or a kind of reason, and a part of a name."""

    why: str
    name: str

    @classmethod
    def read(cls, query: QueryDict) -> "Asked":
        """Return what an address asks for; what is not known asks for all."""
        why = query.get("why", "")
        return cls(why if why in GROUPS or why in REASONS else "", query.get("name", "").strip()[:60])

    @property
    def by_kind(self) -> bool:
        """Whether it is narrowed to one reason."""
        return self.why in REASONS

    def takes(self, item: Item) -> bool:
        """Whether a line is shown."""
        name = item.patient.name if item.patient else None
        return self.why in {"", item.kind, item.reason.group} and self.names(name)

    def names(self, name: str | None) -> bool:
        """Whether a name is shown."""
        return self.name.casefold() in (name or "").casefold()


def worklist_page(request: HttpRequest) -> HttpResponse:
    """Show the worklist, what was seen to lately, and every patient; an auditor is led to the audit."""
    if not request.user.has_perm("care.view_patient") and role_of(request.user) == AUDITOR:
        return redirect("audit")
    return _worklist(request)


@permission_required("care.view_patient", raise_exception=True)
def _worklist(request: HttpRequest) -> HttpResponse:
    note(request, "looked at the list", "")
    now, asked = timezone.now(), Asked.read(request.GET)
    patients = patients_of(request.user).filter(ended=None)
    facts = facts_of(patients, now=now)
    strangers = list(shared_stations_for(request.user))
    every = left(all_items(facts, strangers, now=now))
    shown = [item for item in every if asked.takes(item)]
    named = [fact for fact in facts if asked.names(fact.patient.name)]
    page = _number(request.GET.get("page"))
    if not page and (asked.name or len(named) <= MANY):
        page = 1
    part = part_of(shown, _number(request.GET.get("part")))
    context = {
        "asked": asked,
        "groups": _groups(rows_of(part.lines, request.user), shown),
        "part": part,
        "shown_count": len(shown),
        "total": len(every),
        "hidden": len(every) - len(shown),
        "chips": _chips(every),
        "people": len({item.patient.pk for item in every if item.patient}),
        "seen": lately(patients, now=now),
        "just_seen": _number(request.GET.get("seen")),
        "any_sim": any(fact.sim for fact in facts),
        "lines": lines_of(named[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE], now=now) if page else [],
        "line_count": len(named),
        "patient_count": len(facts),
        "pages": range(1, 2 + (len(named) - 1) // LINES_A_PAGE),
        "page": page,
        "strangers": strangers,
        "orphans": orphaned_for(request.user),
        "may_see_to": request.user.has_perm("care.add_seento"),
        "since": Since.page(request.user, every, now),
    }
    return render(request, "care/worklist.html", context)


@require_GET
@permission_required("care.view_patient", raise_exception=True)
def new_lines(request: HttpRequest) -> HttpResponse:
    """Return what came onto the list since a page of it was made: the page asks for it by itself."""
    now = timezone.now()
    new = arrivals(request.user, Since.read(request.GET, now), now=now)
    shown = new[:NEW_SHOWN]
    context = {"new": shown, "count": len(new), "left": len(new) - len(shown)}
    return render(request, "care/_arrivals.html", context)


def all_items(facts: Sequence[Facts], strangers: Sequence[Station], *, now: datetime) -> list[Item]:
    """Return the lines of patients, and of stations that several share."""
    sims = {fact.station.pk for fact in facts if fact.station and fact.sim}
    of_stations = [
        item
        for station in strangers
        if station.pk in sims or station.session_count  # type: ignore[attr-defined]
        for item in station_items(station, now=now, sim=station.pk in sims)
    ]
    return items(facts, now=now, beside=of_stations)


def _groups(rows: Sequence[Row], shown: Sequence[Item]) -> list[tuple[str, Any, list[Row], int]]:
    """Return the groups of these lines, each with how many it has on every part."""
    counts = Counter(item.reason.group for item in shown)
    grouped = [
        (key, label, [row for row in rows if row["group"] == key], counts[key])
        for key, label in GROUPS.items()
    ]
    return [group for group in grouped if group[2]]


def _chips(every: Sequence[Item]) -> dict[str, list[tuple[str, Any, int]]]:
    """Return what the list may be narrowed to, with the number of its lines."""
    groups, kinds = Counter(i.reason.group for i in every), Counter(i.kind for i in every)
    return {
        "groups": [(key, label, groups[key]) for key, label in GROUPS.items() if groups[key]],
        "kinds": [(key, reason.label, kinds[key]) for key, reason in REASONS.items() if kinds[key]],
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0


@permission_required("care.add_seento", raise_exception=True)
@require_POST
def see_to_item(request: HttpRequest) -> HttpResponse:
    """Note that a line was seen to, with an optional word."""
    kind, cause = request.POST.get("kind", ""), request.POST.get("cause", "")[:100]
    if kind not in REASONS or not cause or not isinstance(request.user, User):
        raise Http404
    patient = station = None
    if request.POST.get("patient"):
        patient = patient_for(request, request.POST["patient"])
    else:
        station = shared_station_for(request.user, request.POST.get("station", ""))
    word = " ".join(request.POST.get("word", "").split())[:200]
    row = see_to(request.user, kind=kind, cause=cause, patient=patient, station=station, word=word)
    note(request, f"saw to a line ({kind})"[:40], patient.pseudonym if patient else str(station))
    return redirect(_back(request, seen=row.pk))


@permission_required("care.add_seento", raise_exception=True)
@require_POST
def take_back_item(request: HttpRequest) -> HttpResponse:
    """Make it a line again."""
    row = seen_to_for(request.user, _number(request.POST.get("id")))
    if not isinstance(request.user, User):
        raise Http404
    take_back(request.user, row, now=timezone.now())
    note(
        request,
        f"took back a line ({row.kind})"[:40],
        row.patient.pseudonym if row.patient else str(row.station),
    )
    return redirect(_back(request))


def _back(request: HttpRequest, *, seen: int | None = None) -> str:
    """Return the list as it was narrowed; built here, so that no address from outside is followed."""
    query = QueryDict(mutable=True)
    asked = Asked.read(request.POST)
    for name, value in (("why", asked.why), ("name", asked.name), ("seen", str(seen or ""))):
        if value:
            query[name] = value
    return reverse("patients") + (f"?{query.urlencode()}" if query else "") + "#worklist"
