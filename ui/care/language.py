"""The language of the site: as somebody chose, else as the browser asks."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from ui.care.models import Account

LANGUAGES: Final = dict(settings.LANGUAGES)
KEPT: Final = "language"  # in the session, and as the cookie of whoever is not logged in
# Programs read the API: its sentences are those of its contract.
ENGLISH_ONLY: Final = "/api/"


class Language:
    """Has a page speak the language of the account, else of the browser's cookie, else what it asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in that language."""
        language = language_of(request)
        with translation.override(language):
            response = self._get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response


def language_of(request: HttpRequest) -> str:
    """Return the code of the language a request is answered in."""
    if request.path.startswith(ENGLISH_ONLY):
        return settings.LANGUAGE_CODE
    for chosen in (request.session.get(KEPT), request.COOKIES.get(KEPT)):
        if chosen in LANGUAGES:
            return str(chosen)
    return translation.get_language_from_request(request)


def keep(user: User, language: str) -> None:
    """Keep a choice with the account; "" follows the browser again."""
    Account.objects.update_or_create(user=user, defaults={"language": language})


def connect() -> None:
    """Have each log-in bring the account's language with it."""
    user_logged_in.connect(_bring, dispatch_uid="care-language")


def _bring(user: User, request: HttpRequest | None, **_: Any) -> None:
    kept = Account.objects.filter(user=user).values_list("language", flat=True).first()
    if kept and request is not None and hasattr(request, "session"):
        request.session[KEPT] = kept
