"""What stands between a log-in and the site: a session's age, the second factor, a password of one's own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext

from ui.care.people.accounts import must_change_password
from ui.care.people.second_factor import missing_step
from ui.care.rights.audit import note

BEGAN: Final = "care-began"
SEEN: Final = "care-seen"
NOTED_EVERY: Final = timedelta(minutes=1)  # a click within it writes nothing
# Pages for who has not come through yet.
BEFORE: Final = {"login", "logout", "second_factor", "second_factor_setup", "second_factor_picture"}
OWN_PAGE: Final = "password"


class Gate:
    """Sends whoever may not go on to the page where they may."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; `process_view` decides when its page is known."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponseBase | None:
        """Return where to go first, None for going on."""
        if not isinstance(request.user, User):
            return None
        why = _age(request, timezone.now())
        if why:
            return _end(request, why)
        page = request.resolver_match.url_name if request.resolver_match else None
        if page in BEFORE:
            return None
        step = missing_step(request)
        if step is None and page != OWN_PAGE and must_change_password(request.user):
            step = OWN_PAGE
        return redirect(_with_way_back(request, step)) if step else None


def _with_way_back(request: HttpRequest, step: str) -> str:
    back = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    return reverse(step) + back


def _age(request: HttpRequest, now: datetime) -> str:
    """Return why a session is over, "" while it is not; note that somebody is there."""
    session = request.session
    began = _moment(session.setdefault(BEGAN, now.isoformat()), now)
    seen = _moment(session.setdefault(SEEN, now.isoformat()), now)
    if now - began > settings.SESSION_LONGEST:
        return gettext("Your working day here was over, so you were logged out. Log in to go on.")
    if now - seen > settings.SESSION_IDLE:
        minutes = int(settings.SESSION_IDLE.total_seconds() // 60)
        return gettext("You were logged out after %(minutes)d minutes without a click.") % {
            "minutes": minutes
        }
    # A page that asks again by itself is nobody's click.
    if now - seen > NOTED_EVERY and request.headers.get("X-Requested-With") != "fetch":
        session[SEEN] = now.isoformat()
    return ""


def _moment(text: object, now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return now


def _end(request: HttpRequest, why: str) -> HttpResponseBase:
    note(request, "session ended by its age", request.user.get_username())
    back = request.get_full_path() if request.method == "GET" else "/"
    logout(request)
    messages.warning(request, why)
    return redirect_to_login(back)
