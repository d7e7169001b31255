"""Log-ins, refusals and lock-outs, each a line in the audit."""

from typing import Any, Final

from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import Signal

from ui.care.audit import write

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


def _known(name: object) -> str:
    found = isinstance(name, str) and User.objects.filter(username=name).exists()
    return str(name) if found else UNKNOWN
