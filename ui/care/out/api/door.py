"""What stands around every address of the API: no log-in page, one note a day, caches, errors as problems."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt

from ui.care.models import ApiToken
from ui.care.out.api.contract import openapi_text
from ui.care.out.api.operations import api
from ui.care.out.api.problems import TYPE, problem
from ui.care.out.tokens import note_use

View = Callable[..., HttpResponseBase]


def _guarded(view: View) -> View:
    @wraps(view)
    def respond(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method == "HEAD":
            request.method = "GET"  # the server leaves the body out
        if "\x00" in request.GET.urlencode() or "%00" in request.META.get("QUERY_STRING", ""):
            return problem(422, "The address holds a zero byte.")
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponse):
            return response
        if response.status_code >= 400:
            return _as_problem(response)
        token = getattr(request, "auth", None)
        if isinstance(token, ApiToken):
            note_use(token, _what(request))
        return _cached(request, response)

    return csrf_exempt(login_not_required(respond))


def _as_problem(response: HttpResponse) -> HttpResponse:
    if response.headers["Content-Type"].startswith(TYPE):
        return response
    answer = problem(response.status_code, "Only reading (GET) is possible here.")
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            answer.headers[name] = response.headers[name]
    return answer


def _what(request: HttpRequest) -> str:
    """Return what was read, for the audit: the address without ids, and whose it was where one was named."""
    name = request.path.removeprefix("/api/v1/").split("/")[0]
    kind = f"{name}/trace" if request.path.endswith("/trace") else name
    about = getattr(request, "about", "") or request.GET.get("patient", "")
    return f"{kind} {about}".strip()


def _cached(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Let whoever asks keep the answer and ask whether it is still right; no cache between may."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    response.headers["ETag"] = etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=etag, response=response) or response


def _openapi(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(openapi_text(), content_type="application/json")


def _nothing_here(_request: HttpRequest, rest: str) -> HttpResponse:
    return problem(404, f"There is no /api/v1/{rest[:60]}; /api/v1/openapi.json names all addresses.")


def _urls() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for pattern in api.urls[0]:
        if (
            isinstance(pattern, URLPattern) and pattern.name != "api-root"
        ):  # it would only say that it is there
            pattern.callback = _guarded(pattern.callback)
            found.append(pattern)
    return [
        *found,
        path("openapi.json", _guarded(_openapi), name="openapi"),
        re_path(r"^(?P<rest>.*)$", _guarded(_nothing_here)),
    ]


app_name = "care_api"
urlpatterns = _urls()
