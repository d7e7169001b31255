"""Tokens of the API: made once, shown once, kept as a digest, taken back at once."""

import hashlib
import re
import secrets
from datetime import date, datetime
from typing import Final

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from station.errors import ConfigError
from ui.care.models import ApiToken, Audit, TokenUse
from ui.care.out.selection import is_clinical

PREFIX: Final = "bal_"  # so that a key left in a file or a mail is found for what it is
SHAPE: Final = re.compile(r"bal_[A-Za-z0-9_-]{43}")  # 32 random bytes
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,29}")


def add_token(name: str, *, user: str, expires: datetime | None, now: datetime) -> str:
    """Return a new key. Raises ConfigError for a bad name, one in use, or a user who sees no patients."""
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"token name {name[:40]!r}: it must have 1 to 30 letters, digits, points, dashes or underscores"
        )
    account = User.objects.filter(username=user, is_active=True).first()
    if account is None or not is_clinical(account):
        raise ConfigError(f"--as {user[:40]!r}: nobody of this name who sees patients may log in here")
    if expires is not None and expires <= now:
        raise ConfigError(f"--expires {expires:%Y-%m-%d} is over already")
    key = PREFIX + secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            ApiToken.objects.create(
                name=name, user=account, digest=_digest(key), created=now, expires=expires
            )
            Audit.objects.create(who=account, action="API token made", subject=name)
    except IntegrityError:
        raise ConfigError(f"a token {name!r} exists already; revoke it, and take another name") from None
    return key


def revoke_token(name: str, *, now: datetime) -> None:
    """Take a key back, for good. Raises ConfigError when there is none of this name."""
    token = ApiToken.objects.filter(name=name).first()
    if token is None:
        raise ConfigError(f"there is no token {name[:40]!r}; balance-care token list shows all")
    if token.revoked is None:
        with transaction.atomic():
            ApiToken.objects.filter(pk=token.pk).update(revoked=now)
            Audit.objects.create(who=token.user, action="API token revoked", subject=name)


def token_of(key: str, *, now: datetime) -> ApiToken | None:
    """Return the token of a key that may be used now."""
    # What no key can be costs no look into the database.
    if not SHAPE.fullmatch(key):
        return None
    token = ApiToken.objects.select_related("user").filter(digest=_digest(key)).first()
    return token if token and token.works(now) else None


def note_use(token: ApiToken, what: str, day: date | None = None) -> None:
    """Note that a token read something today; the audit has one line a day for each thing read."""
    today = day or timezone.localdate()
    # Looked at before: a transaction on SQLite would wait for the recorder's each time.
    if TokenUse.objects.filter(token=token, day=today, what=what[:100]).exists():
        return
    with transaction.atomic():
        _, first = TokenUse.objects.get_or_create(token=token, day=today, what=what[:100])
        if first:
            Audit.objects.create(who=token.user, action=f"API {token.name}"[:40], subject=what[:100])


def _digest(key: str) -> bytes:
    # A key of 256 random bits needs no slow hash: there is nothing to guess.
    return hashlib.sha256(key.encode()).digest()
