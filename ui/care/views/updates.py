"""Letting a station take a release, how far that is, and the releases that are offered."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from station.errors import ConfigError
from ui.care.models import OfferedRelease, Station
from ui.care.rights.access import stations_of
from ui.care.rights.audit import note
from ui.care.updating.releases import MOST_RELEASE_BYTES, ask, newest_ask, offer, take_off, withdraw
from ui.care.views.account import me

manages = permission_required("care.manage_roster", raise_exception=True)


@require_http_methods(["GET", "POST"])
@manages
def update_part(request: HttpRequest, sid: str) -> HttpResponse:
    """Return how far the newest request is, asked for again and again; or let the station take a release."""
    if request.method == "POST":
        with transaction.atomic():
            station = get_object_or_404(stations_of(request.user).select_for_update(of=("self",)), sid=sid)
            _act(request, station)
        return redirect(reverse("station", kwargs={"sid": station.sid}) + "#update")
    station = get_object_or_404(stations_of(request.user), sid=sid)
    return render(request, "care/_update_state.html", {"ask": newest_ask(station), "station": station})


def _act(request: HttpRequest, station: Station) -> None:
    about = station.patient.pseudonym if station.patient else ""
    now = timezone.now()
    try:
        if request.POST.get("act") == "withdraw":
            withdraw(station, who=me(request), now=now)
            note(request, "withdrew an update", station.sid, about=about)
            messages.success(request, gettext("The request is withdrawn as soon as the station hears it."))
            return
        offered = _chosen(request)
        ask(station, offered, who=me(request), now=now)
    except ConfigError as error:
        messages.error(request, str(error))
        return
    note(request, f"let a station take {offered.version}", station.sid, about=about)
    words = gettext("The station takes version %(version)s as soon as nobody trains there.")
    messages.success(request, words % {"version": offered.version})


def _named(request: HttpRequest) -> OfferedRelease | None:
    number = request.POST.get("number", "")
    known = number.isdecimal() and len(number) < 17
    return OfferedRelease.objects.filter(number=number, withdrawn=None).first() if known else None


def _chosen(request: HttpRequest) -> OfferedRelease:
    """Return the release a form names. Raises ConfigError for none."""
    found = _named(request)
    if found is None or request.POST.get("act") != "ask":
        raise ConfigError(gettext("Nothing was chosen, and nothing was changed."))
    return found


@require_http_methods(["GET", "POST"])
@manages
def releases_page(request: HttpRequest) -> HttpResponse:
    """List the releases that are offered; offer another one, or one no more."""
    if request.method == "POST":
        try:
            _change_releases(request)
        except ConfigError as error:
            messages.error(request, str(error))
            return _releases(request, status=422)
        return redirect("releases")
    note(request, "looked at the releases", "")
    return _releases(request)


def _releases(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    releases = OfferedRelease.objects.select_related("who")
    return render(request, "care/releases.html", {"releases": releases}, status=status)


def _change_releases(request: HttpRequest) -> None:
    """Do what the form says. Raises ConfigError with what is wrong."""
    if "number" in request.POST:
        offered = _named(request)
        if offered is not None:
            take_off(offered, now=timezone.now())
            note(request, "offers a release no more", f"{offered.version} ({offered.number})")
        return
    file = request.FILES.get("release")
    if file is None:
        raise ConfigError(gettext("Choose a release file (.release)."))
    offered = offer(file.read(MOST_RELEASE_BYTES + 1), who=me(request))
    note(request, "offers a release", f"{offered.version} ({offered.number})")
    words = gettext("Version %(version)s is offered. Nothing is installed by that.")
    messages.success(request, words % {"version": offered.version})
