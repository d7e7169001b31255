"""Whether a care side is in order: each thing looked at, in a sentence, with what to do."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from station.errors import StationError
from station.link.identity import WARN_DAYS, identity_of
from ui.care.installation.choices import is_served_beyond
from ui.care.installation.folder import DataFolder
from ui.care.installation.ready import require_database
from ui.care.models import Patient, RecorderPulse
from ui.care.models.audit import verify_audit
from ui.care.rights.access import seen_by
from ui.care.rights.roles import ADMIN
from ui.care.trust.authority import Authority

OK: Final = "ok"
LOOK: Final = "look"
BAD: Final = "bad"
LITTLE_MB: Final = 1000
TOO_LITTLE_MB: Final = 200
SILENT_AFTER: Final = timedelta(minutes=2)
NAMED: Final = 5  # of many, this many by name


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    state: str  # ok, look, bad
    words: str


def check_all(folder: DataFolder) -> Iterator[Finding]:
    """Yield a finding for each thing; what needs the database is left out where there is none."""
    yield from _folder(folder)
    yield _space(folder.path)
    database = _database()
    yield database
    if database.state == OK:
        for look in (_audit, _recorder, _people, _patients):
            yield _safely(look)
    yield from _certificates(folder)
    yield from _served()


def worst(findings: list[Finding]) -> str:
    """Return the worst state of these."""
    states = {finding.state for finding in findings}
    return BAD if BAD in states else LOOK if LOOK in states else OK


def _safely(look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except DatabaseError as error:
        return Finding(look.__name__.strip("_"), BAD, f"the database cannot be asked: {_line(error)}")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _folder(folder: DataFolder) -> Iterator[Finding]:
    if not folder.path.is_dir():
        yield Finding(
            "folder", BAD, f"{folder.path} is not there; run: balance-care migrate, or set BALANCE_CARE_DATA"
        )
        return
    open_ = [str(file) for file in _private(folder) if file.exists() and _others_may(file)]
    if open_:
        named = ", ".join(open_[:NAMED])
        yield Finding("folder", BAD, f"others may read {named}; run: chmod -R go= {folder.path}")
    elif not os.access(folder.path, os.W_OK):
        yield Finding("folder", BAD, f"{folder.path} cannot be written by this account")
    else:
        yield Finding("folder", OK, f"{folder.path}, for its owner only")


def _private(folder: DataFolder) -> Iterator[Path]:
    yield folder.path
    yield from (folder.path / name for name in ("secret-key", "signing-key", "care.sqlite3"))
    yield from folder.path.glob("signing*")
    yield from folder.authority.glob("*.key")


def _others_may(file: Path) -> bool:
    return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def _space(path: Path) -> Finding:
    there = next((each for each in (path, *path.parents) if each.exists()), Path("/"))
    free_mb = shutil.disk_usage(there).free // 1_000_000
    state = BAD if free_mb < TOO_LITTLE_MB else LOOK if free_mb < LITTLE_MB else OK
    do = "" if state == OK else "; make room, or results stay at the stations"
    return Finding("space", state, f"{free_mb} MB free{do}")


def _database() -> Finding:
    try:
        require_database()
    except StationError as error:
        return Finding("database", BAD, str(error))
    except DatabaseError as error:
        return Finding("database", BAD, f"it cannot be reached: {_line(error)}")
    kind = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    return Finding("database", OK, f"{kind}, up to date")


def _audit() -> Finding:
    verdict = verify_audit()
    if verdict.broken is not None:
        words = f"{verdict.broken}; keep a copy of the database, and find out who wrote to it"
        return Finding("audit", BAD, words)
    return Finding("audit", OK, f"whole; its end is {verdict.lines}:{verdict.digest}")


def _recorder() -> Finding:
    pulses = list(RecorderPulse.objects.order_by("-at"))
    if not pulses:
        return Finding("recorder", LOOK, "no recorder has run yet; start: balance-care recorder")
    alive = [pulse for pulse in pulses if timezone.now() - pulse.at < SILENT_AFTER]
    if not alive:
        words = (
            f"last at work on {pulses[0].at:%Y-%m-%d %H:%M} UTC; start it again, results wait at the stations"
        )
        return Finding("recorder", BAD, words)
    apart = [pulse.name for pulse in alive if not pulse.connected]
    if apart:
        return Finding("recorder", BAD, f"{', '.join(apart)}: no connection to the broker; its log says why")
    return Finding(
        "recorder", OK, f"at work, connected to the broker: {', '.join(sorted(p.name for p in alive))}"
    )


def _people() -> Finding:
    active = User.objects.filter(is_active=True)
    if not active.filter(groups__name=ADMIN).exists():
        return Finding(
            "people", LOOK, "nobody is administrator; run: balance-care user add NAME --role admin"
        )
    with_factor = TOTPDevice.objects.filter(confirmed=True).values("user")
    without = active.filter(groups__isnull=False).exclude(pk__in=with_factor).order_by("username")
    names = [user.get_username() for user in without.distinct() if user.has_usable_password()]
    if names and settings.SECOND_FACTOR_REQUIRED:
        return Finding(
            "people", LOOK, f"no second factor yet: {_some(names)}; the site asks at their next log-in"
        )
    return Finding("people", OK, f"accounts: {active.count()}")


def _patients() -> Finding:
    unseen = [p.pseudonym for p in Patient.objects.filter(ended=None) if not seen_by(p).exists()]
    if unseen:
        words = f"nobody sees {_some(unseen)}; give them to somebody on the site's roster"
        return Finding("patients", LOOK, words)
    return Finding("patients", OK, "somebody sees each of them")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _certificates(folder: DataFolder) -> Iterator[Finding]:
    if not (folder.authority / "ca.pem").exists():  # looking at it would make one
        yield Finding("certificates", OK, "none were given: everything runs on this machine")
        return
    try:
        yield from _given(Authority(folder.authority))
    except StationError as error:
        yield Finding("certificates", BAD, str(error))


def _given(authority: Authority) -> Iterator[Finding]:
    now = datetime.now(UTC)
    left = identity_of(authority.certificate).days_left(now)
    newest = {identity_of(given.certificate).name: given for given in authority.given()}
    days = {
        name: identity_of(given.certificate).days_left(now)
        for name, given in newest.items()
        if given.revoked is None
    }
    ended = sorted(name for name, number in days.items() if number < 0)
    soon = sorted(name for name, number in days.items() if 0 <= number <= WARN_DAYS)
    if left <= WARN_DAYS:
        yield Finding(
            "certificates", BAD, f"the authority itself ends in {left} days: every station is enrolled anew"
        )
    elif ended:
        yield Finding("certificates", BAD, f"ended: {_some(ended)}; renew them (docs/link-security.md)")
    elif soon:
        yield Finding("certificates", LOOK, f"end within {WARN_DAYS} days: {_some(soon)}; renew them")
    else:
        yield Finding("certificates", OK, f"{len(days)} in use, the authority for {left} more days")
    yield _revocations(authority.crl_file, now)


def _revocations(file: Path, now: datetime) -> Finding:
    try:
        crl = x509.load_pem_x509_crl(file.read_bytes())
    except (OSError, ValueError):
        return Finding("revocations", BAD, f"{file} cannot be read; restore it from a backup")
    ends = crl.next_update_utc
    if ends is not None and ends < now:
        return Finding("revocations", BAD, f"{file} ended on {ends:%Y-%m-%d}: no station is let in")
    if crl.last_update_utc > now:
        return Finding("revocations", BAD, f"{file} is of the future; look at this machine's clock")
    until = f", holds until {ends:%Y-%m-%d}" if ends else ""
    return Finding("revocations", OK, f"{len(list(crl))} taken back{until}")


def _served() -> Iterator[Finding]:
    https = bool(settings.SESSION_COOKIE_SECURE)
    beyond = is_served_beyond(settings.ALLOWED_HOSTS, https=https)
    if beyond and not https:
        words = "served beyond this machine without TLS; put a proxy before it and set BALANCE_CARE_HTTPS=1"
        yield Finding("site", BAD, words)
    elif beyond and not settings.SECOND_FACTOR_REQUIRED:
        yield Finding("site", LOOK, "a password alone opens it; unset BALANCE_CARE_TOTP=0")
    elif beyond:
        yield Finding("site", OK, f"for {', '.join(settings.ALLOWED_HOSTS)}, over TLS, with a second factor")
    else:
        yield Finding("site", OK, "for this machine only")
