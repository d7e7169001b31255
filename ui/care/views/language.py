"""Choosing the language of the site: in the account for good, on the log-in page for this browser."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ui.care.language import KEPT, LANGUAGES, keep
from ui.care.views.theme import KEPT_S


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the choice; anything else than a language of the site follows the browser again."""
    there = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    response = redirect(there if safe else "/")
    asked = request.POST.get("language", "")
    chosen = asked if asked in LANGUAGES else ""
    if isinstance(request.user, User):
        keep(request.user, chosen)
        request.session[KEPT] = chosen
    if chosen:
        response.set_cookie(
            KEPT, chosen, max_age=KEPT_S, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        response.delete_cookie(KEPT)
    return response
