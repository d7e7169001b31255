"""Log-ins, refusals and lock-outs, each a line in the audit."""

from typing import Any, Final

from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import Signal
from django.utils.crypto import salted_hmac

from ui.care.rights.audit import write

NAME_CHARACTERS: Final = 150
UNKNOWN: Final = "an unknown name"  # never what was typed: passwords end up in the field of the name


def connect() -> None:
    """Listen to what Django and django-axes tell."""
    listeners: tuple[tuple[Signal, Any], ...] = (
        (user_logged_in, _in),
        (user_logged_out, _out),
        (user_login_failed, _refused),
        (user_locked_out, _locked_out),
    )
    for signal, listener in listeners:
        signal.connect(listener, dispatch_uid=f"care-{listener.__name__}")


def _in(user: User, **_: Any) -> None:
    write(user, "logged in", user.get_username())


def _out(user: User | None, **_: Any) -> None:
    if isinstance(user, User):
        write(user, "logged out", user.get_username())


def _refused(credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    if not getattr(request, "axes_locked_out", False):  # that has its own line
        write(None, "log-in refused", _known(credentials.get("username")))


def _locked_out(username: str | None, ip_address: str | None, **_: Any) -> None:
    write(None, "locked out for a while", f"{_known(username)} at {ip_address or 'an unknown address'}")


def name_to_count(request: Any, credentials: dict[str, Any] | None) -> str:
    """Return what refused log-ins are counted by: a known name, and of another one its keyed digest alone."""
    typed = (credentials or {}).get("username") or (request.POST.get("username") if request else "") or ""
    name = str(typed)[:NAME_CHARACTERS].replace("\0", "")
    return name if _known(name) == name else salted_hmac("care-log-ins", name, algorithm="sha256").hexdigest()


def _known(name: object) -> str:
    found = isinstance(name, str) and User.objects.filter(username=name).exists()
    return str(name) if found else UNKNOWN
