"""`balance-care token`: keys by which programs read the API."""

import argparse
import sys
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from ui.care.installation.ready import require_database
from ui.care.models import ApiToken
from ui.care.out.period import Period
from ui.care.out.tokens import add_token, revoke_token


def run(arguments: argparse.Namespace) -> int:
    """Add, list or revoke. Returns 0. Raises ConfigError for what cannot be done."""
    require_database()
    now = timezone.now()
    if arguments.action == "add":
        key = add_token(arguments.name, user=arguments.user, expires=_end_of(arguments.expires), now=now)
        sys.stdout.write(f"{key}\n")
        sys.stderr.write(
            "This key is shown once and kept nowhere: give it to the program, and to nobody else\n"
        )
    elif arguments.action == "revoke":
        revoke_token(arguments.name, now=now)
        sys.stdout.write(f"{arguments.name} reads nothing any more\n")
    else:
        for token in ApiToken.objects.select_related("user").annotate(used=Max("uses__day")):
            sys.stdout.write(f"{_line(token, now)}\n")
    return 0


def _end_of(day: str | None) -> datetime | None:
    """Return the last moment of a day. Raises ConfigError naming the option."""
    if day is None:
        return None
    return Period.read(day, day, today=timezone.localdate(), where=("--expires", "--expires")).end


def _line(token: ApiToken, now: datetime) -> str:
    state = "revoked" if token.revoked else "works" if token.works(now) else "over"
    until = f"until {token.expires:%Y-%m-%d %H:%M}" if token.expires else "without end"
    used = getattr(token, "used", None)
    return f"{token.name}: {state}, as {token.user.get_username()}, {until}, last used {used or 'never'}"
