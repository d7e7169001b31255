"""Logging in, and one's own account: password, second factor, backup codes."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_otp.middleware import is_verified

from ui.care.language import KEPT, LANGUAGES
from ui.care.people import second_factor, single_sign_on
from ui.care.people.accounts import choose_password, must_change_password, reset_second_factor
from ui.care.people.forms import CodeForm, LoginForm, PasswordForm, sent
from ui.care.people.second_factor import FEW_CODES
from ui.care.rights.access import patients_of, role_of
from ui.care.rights.audit import note
from ui.care.words.people import ROLE_MEANS, role_words


class SiteLogin(LoginView):
    """Name and password; the second factor has its own page after them."""

    template_name = "care/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True
    extra_context = {  # noqa: RUF012 (Django's own view)
        "single_sign_on": single_sign_on.is_on(),
        "languages": list(LANGUAGES),
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the language that this browser chose."""
        return super().get_context_data(**kwargs) | {"chosen": self.request.COOKIES.get(KEPT, "")}


def me(request: HttpRequest) -> User:
    """Return who asks. Raises Http404 for nobody, whom the log-in has sent away before."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@require_GET
def account_page(request: HttpRequest) -> HttpResponse:
    """Show the own account."""
    user = me(request)
    role = role_of(user)
    context = {
        "role": role_words(role),
        "role_means": ROLE_MEANS.get(role, ""),
        "teams": user.teams.all(),
        "patient_count": patients_of(user).count(),
        "device": second_factor.device_of(user),
        "codes_left": second_factor.codes_left(user),
        "few_codes": FEW_CODES,
        "required": settings.SECOND_FACTOR_REQUIRED,
        "has_password": user.has_usable_password(),
        "form": PasswordForm(user),
        "languages": list(LANGUAGES),
        "chosen": request.session.get(KEPT, ""),
    }
    return render(request, "care/account.html", context)


@require_http_methods(["GET", "POST"])
def password_page(request: HttpRequest) -> HttpResponse:
    """Change the own password."""
    user = me(request)
    if not user.has_usable_password():
        raise Http404  # the clinic's identity provider keeps it
    must = must_change_password(user)
    form = PasswordChangeForm(user, sent(request))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["new_password1"] == form.cleaned_data["old_password"]:
            form.add_error("new_password1", gettext("This is the password you have now; choose another."))
        else:
            choose_password(user, form.cleaned_data["new_password1"])
            update_session_auth_hash(request, user)  # this session goes on, others end
            note(request, "changed the own password", user.get_username())
            messages.success(request, gettext("Your password is changed. Sessions elsewhere have ended."))
            return redirect(_way_back(request) or "account")
    return render(
        request, "care/password.html", {"form": form, "must": must}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of who has just logged in."""
    user = me(request)
    if second_factor.device_of(user) is None or is_verified(user):
        return redirect(_way_back(request) or "patients")
    form = CodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        answer = second_factor.check_code(request, user, form.cleaned_data["code"])
        if answer.ok:
            note(request, "second factor given", user.get_username())
            left = second_factor.codes_left(user)
            if answer.from_paper and left <= FEW_CODES:
                messages.warning(
                    request, gettext("Backup codes left: %(left)d. Make new ones.") % {"left": left}
                )
            return redirect(_way_back(request) or "patients")
        note(request, "second factor refused", user.get_username())
        form.add_error("code", answer.reason)
    return render(request, "care/second_factor.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def second_factor_setup(request: HttpRequest) -> HttpResponse:
    """Set up an app: show its QR code, and take it into use by a code of it."""
    user = me(request)
    _only_verified(request)
    form = CodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        answer = second_factor.confirm(request, user, form.cleaned_data["code"])
        if answer.ok:
            note(request, "set up a second factor", user.get_username())
            return _show_codes(request, user)
        form.add_error("code", answer.reason)
    device = second_factor.begin(user)
    context = {
        "form": form,
        "key": second_factor.key_words(device),
        "required": settings.SECOND_FACTOR_REQUIRED,
        "has_device": second_factor.device_of(user) is not None,
    }
    return render(request, "care/second_factor_setup.html", context, status=422 if form.errors else 200)


@require_GET
def second_factor_picture(request: HttpRequest) -> HttpResponse:
    """Return the QR code of the app that is being set up, as a file: the page itself holds nothing inline."""
    user = me(request)
    _only_verified(request)
    return HttpResponse(second_factor.picture(second_factor.begin(user)), content_type="image/svg+xml")


@require_POST
def second_factor_codes(request: HttpRequest) -> HttpResponse:
    """Make new backup codes, and show them once."""
    user = me(request)
    if second_factor.device_of(user) is None:
        raise Http404
    if not _confirmed(request, user):
        return redirect("account")
    note(request, "made new backup codes", user.get_username())
    return _show_codes(request, user)


@require_POST
def second_factor_off(request: HttpRequest) -> HttpResponse:
    """Take the second factor away, where none is required."""
    user = me(request)
    if settings.SECOND_FACTOR_REQUIRED:
        messages.error(
            request, gettext("Everybody needs a second factor here; set up another telephone instead.")
        )
    elif _confirmed(request, user):
        reset_second_factor(user)
        note(request, "took the second factor away", user.get_username())
        messages.success(request, gettext("Your second factor is off."))
    return redirect("account")


def _only_verified(request: HttpRequest) -> None:
    """Raise Http404 for who has a second factor and has not given it: another one would stand for it."""
    if second_factor.missing_step(request) == "second_factor":
        raise Http404


def _confirmed(request: HttpRequest, user: User) -> bool:
    form = PasswordForm(user, request.POST)
    if user.has_usable_password() and not form.is_valid():
        note(request, "own password refused", user.get_username())
        messages.error(request, gettext("This is not your password; nothing was changed."))
        return False
    return True


def _show_codes(request: HttpRequest, user: User) -> HttpResponse:
    codes = second_factor.new_codes(user)
    return render(request, "care/second_factor_codes.html", {"codes": codes})


def _way_back(request: HttpRequest) -> str | None:
    way = request.GET.get("next", "")
    own = url_has_allowed_host_and_scheme(way, {request.get_host()}, require_https=request.is_secure())
    return way if own else None
