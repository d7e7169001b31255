"""The two addresses at which somebody leaves for the clinic's identity provider and comes back."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext
from jwt import PyJWTError
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView
from requests import RequestException

from ui.care.rights.audit import write

logger = logging.getLogger(__name__)


class Back(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    """Takes the provider's word; what goes wrong there is a sentence on the page of the log-in."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Log somebody in, or say why not."""
        try:
            response: HttpResponseBase = super().get(request)
        except (RequestException, PyJWTError, SuspiciousOperation, KeyError, ValueError) as error:
            logger.warning(
                "the identity provider's answer cannot be used: %s", " ".join(str(error).split())[:300]
            )
            response = self.login_failure()
        return response

    def login_failure(self) -> Any:
        """Go back to the page of the log-in."""
        write(None, "log-in refused", "the identity provider's answer")
        words = gettext(
            "The clinic's account did not open this site. Either the identity provider did not answer, or "
            "your account there has no role for this site: ask whoever keeps it."
        )
        messages.error(self.request, words)
        return super().login_failure()


urlpatterns = [
    path(
        "authenticate/",
        login_not_required(OIDCAuthenticationRequestView.as_view()),
        name="oidc_authentication_init",
    ),
    path("callback/", login_not_required(Back.as_view()), name="oidc_authentication_callback"),
]
