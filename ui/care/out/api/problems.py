"""What a program reads when it gets no answer: RFC 9457, one sentence, never a trace of code."""

import json
import logging
import math
from http import HTTPStatus
from typing import Any, Final

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

TYPE: Final = "application/problem+json"
CHALLENGE: Final = 'Bearer realm="balance-care"'

logger = logging.getLogger(__name__)


def problem(status: int, detail: str, *, wrong: list[dict[str, str]] | None = None) -> HttpResponse:
    """Return the answer."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {"detail": detail, "wrong": wrong or []}
    response = HttpResponse(json.dumps(body), status=status, content_type=TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def add_handlers(api: NinjaAPI) -> None:
    """Have every error of this API answered so."""
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(AuthenticationError, _no_token)
    api.add_exception_handler(Throttled, _too_many)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(Http404, _absent)
    api.add_exception_handler(DatabaseError, _database)
    api.add_exception_handler(Exception, _unforeseen)


def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    # What was sent is not repeated: it may be somebody's name in the wrong place.
    wrong = [
        {"where": ".".join(str(part) for part in it["loc"][-1:]), "what": str(it["msg"])}
        for it in error.errors
    ]
    return problem(422, "The request cannot be read; `wrong` says where.", wrong=wrong)


def _no_token(_request: HttpRequest, _error: Any) -> HttpResponse:
    detail = "A token is needed that exists, is not over and was not revoked: Authorization: Bearer bal_…"
    response = problem(401, detail)
    response.headers["WWW-Authenticate"] = CHALLENGE
    return response


def _too_many(_request: HttpRequest, error: Any) -> HttpResponse:
    wait_s = max(1, math.ceil(error.wait or 1))
    response = problem(429, f"Too many requests with this token; go on in {wait_s} s.")
    response.headers["Retry-After"] = str(wait_s)
    return response


def _http(_request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, str(error))


def _absent(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problem(404, "There is no such thing, or it is not of a patient this token may see.")


def _database(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("%s: the database did not answer: %s", request.path, str(error).splitlines()[0])
    response = problem(503, "The database does not answer; try again in a minute.")
    response.headers["Retry-After"] = "60"
    return response


def _unforeseen(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("%s: not answered", request.path, exc_info=error)
    return problem(500, "This could not be answered; the site's log says why.")
