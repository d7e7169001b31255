"""What every response of the site carries, and how its style sheet is served."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from ui.care.views.refusals import wrong_method

# Nothing from elsewhere, nothing inline: a name or a note that smuggles in markup can run nothing.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def strict_headers(get_response: GetResponse) -> GetResponse:
    """Add the content security policy, and keep pages about people out of shared caches."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return respond


def words_for_methods(get_response: GetResponse) -> GetResponse:
    """Put a page where Django has nothing but a number: an address asked in a way that it does not answer."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = wrong_method(request).content
        return response

    return respond


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise, answering with whole files.

    It streams them from a plain iterator, which an ASGI server can only do with a warning; ours are small.
    """

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """Return the file."""
        streamed = WhiteNoiseMiddleware.serve(static_file, request)
        response = HttpResponse(
            b"".join(streamed), status=streamed.status_code, headers=dict(streamed.headers)
        )
        file = getattr(streamed, "file_to_stream", None)
        if file is not None:
            file.close()  # not the response: its end would be that of the request, for the database too
        return response
