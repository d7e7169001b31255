"""Pages of what is refused or fails: a sentence each, and never more of the inside than that."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from ui.care.rights.audit import note


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what could not be understood, or was more than is read at once."""
    if isinstance(exception, RequestDataTooBig):
        words = gettext("Nothing was changed. Go back and send less: a shorter text, or a smaller file.")
        return _page(request, 413, gettext("That was too much to send at once."), words)
    return _page(
        request, 400, gettext("That request could not be understood."), gettext("Go back and try again.")
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 Django names it
    """Answer who may not do this, whatever it is about."""
    _note(request, "refused: not of this role")
    words = gettext("Your role does not include this. An administrator can change roles.")
    return _page(request, 403, gettext("You may not do this."), words)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 Django names it
    """Answer an address with nothing behind it; a patient of somebody else is one of them."""
    words = gettext("It is mistyped, gone, or about a patient who was not given to you.")
    return _page(request, 404, gettext("There is nothing at this address."), words)


def no_token(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 Django names it
    """Answer a form that does not come from a page of this site, or from one that is too old."""
    _note(request, "refused: form without its token")
    words = gettext(
        "It was open too long, or cookies are off. Nothing was changed: go back, reload the page, "
        "and send it again."
    )
    return _page(request, 403, gettext("This form can no longer be sent."), words)


def wrong_method(request: HttpRequest) -> HttpResponse:
    """Answer an address that is only sent to, and was opened, or the other way round."""
    words = gettext("It belongs to a button or a form. Nothing was changed: go back, and use that.")
    return _page(request, 405, gettext("This address is no page."), words)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 Django names it
    """Answer a fault of our own; it asks nothing of a database that may be the reason."""
    context = {
        "title": gettext("Something went wrong here."),
        "words": gettext(
            "Nothing was changed. Try again in a minute; if it stays, tell who runs this server: "
            "balance-care check says what is wrong."
        ),
    }
    return HttpResponse(render_to_string("care/refusal.html", context), status=500)


def _page(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    context: dict[str, Any] = {"title": title, "words": words}
    return render(request, "care/refusal.html", context, status=status)


def _note(request: HttpRequest, action: str) -> None:
    try:
        if isinstance(getattr(request, "user", None), User):
            note(request, action, request.path)
    except DatabaseError:
        pass  # what is refused stays refused
