"""Offers releases to stations, and lets one take a release: signed as a programme is, by the key it holds.

What may be installed is said by the release's own signature, which only the station checks. Where a package
is fetched from is said by the station's configuration.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from station.errors import ConfigError
from station.link.asked import ENDED, SignedUpdateRequest, ToldUpdates, UpdateRequest
from station.link.signature import signed
from station.update.release import Release, SignedRelease, parts
from ui.care.models import OfferedRelease, Station, UpdateAsk
from ui.care.trust.outgoing import keep
from ui.care.trust.signing import key_for
from ui.care.updating.receipts import BEGUN

VALID_FOR: Final = timedelta(days=14)
MOST_RELEASE_BYTES: Final = 15_000


def offer(document: bytes, *, who: User | None) -> OfferedRelease:
    """Keep a signed release that stations may be let take. Raises ConfigError with the reason."""
    if len(document) > MOST_RELEASE_BYTES:
        raise ConfigError(gettext("This is no signed release: it is too large."))
    try:
        outer = msgspec.json.decode(document, type=SignedRelease)
        release = msgspec.json.decode(outer.release, type=Release)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(gettext("This is no signed release: %(why)s.") % {"why": error}) from None
    if OfferedRelease.objects.filter(number=release.number).exists():
        raise ConfigError(gettext("Release number %(number)d is there already.") % {"number": release.number})
    return OfferedRelease.objects.create(
        number=release.number,
        version=release.version,
        debian=release.debian,
        arch=release.arch,
        key=outer.key,
        document=document,
        who=who,
    )


def release_of(offered: OfferedRelease) -> Release:
    """Return what an offered release says."""
    outer = msgspec.json.decode(bytes(offered.document), type=SignedRelease)
    return msgspec.json.decode(outer.release, type=Release)


@dataclass(frozen=True, slots=True)
class Choice:
    """A release as one station sees it; `why_not` says why it would not take it, "" when it may."""

    offered: OfferedRelease
    release: Release
    why_not: str

    @property
    def back(self) -> bool:
        """Whether it is a way back to an older version."""
        return bool(self.release.downgrade_from)


@dataclass(frozen=True, slots=True)
class Updates:
    """All a page shows of one station's versions."""

    installed: str
    told: ToldUpdates | None
    newest: UpdateAsk | None
    choices: tuple[Choice, ...]

    @property
    def takes(self) -> bool:
        """Whether the station takes what the care side asks for."""
        return self.told is not None and self.told.take == "asked"

    @property
    def busy(self) -> bool:
        """Whether a package lies ready or is being installed: nothing else may be asked for."""
        return self.newest is not None and self.newest.state in BEGUN

    @property
    def may_withdraw(self) -> bool:
        """Whether the newest request may still be taken back."""
        return self.newest is not None and self.newest.state not in {*ENDED, *BEGUN}


def updates_of(station: Station, *, now: datetime) -> Updates:
    """Return what this station runs, what it may take, and how far the newest request is."""
    birth = station.told_birth()
    told = birth.updates if birth else None
    newest = newest_ask(station)
    installed = birth.sw if birth else ""
    offered = OfferedRelease.objects.filter(withdrawn=None)
    told_of = [(each, release_of(each)) for each in offered]
    choices = (
        Choice(each, release, _why_not(release, each, installed, told, now)) for each, release in told_of
    )
    return Updates(installed, told, newest, tuple(choice for choice in choices if _is_for(choice, told)))


def newest_ask(station: Station) -> UpdateAsk | None:
    """Return the newest request that names a release."""
    asks = station.update_asks.exclude(offered=None).select_related("offered", "who")
    return asks.prefetch_related("steps").order_by("-number").first()


def _is_for(choice: Choice, told: ToldUpdates | None) -> bool:
    return told is None or (choice.release.debian, choice.release.arch) == (told.debian, told.arch)


def _why_not(
    release: Release, offered: OfferedRelease, installed: str, told: ToldUpdates | None, now: datetime
) -> str:
    if release.version == installed:
        return gettext("installed")
    if told is not None and offered.key not in told.keys:
        return gettext("signed with a key that this station does not take")
    if now >= datetime.fromisoformat(release.expires).astimezone(UTC):
        return gettext("its time is over")
    if parts(release.version) < parts(installed) and installed not in release.downgrade_from:
        return gettext("older than what is installed")
    if parts(installed) < parts(release.least):
        return gettext("follows on version %(version)s") % {"version": release.least}
    return ""


@transaction.atomic
def ask(station: Station, offered: OfferedRelease, *, who: User | None, now: datetime) -> UpdateAsk:
    """Let this station take this release. Raises ConfigError with the reason where it would not."""
    updates = updates_of(station, now=now)
    choice = next((choice for choice in updates.choices if choice.offered.pk == offered.pk), None)
    if station.revoked is not None or station.retired is not None:
        raise ConfigError(gettext("This station is not in use."))
    if not updates.takes:
        raise ConfigError(gettext("This station takes no update that is asked for here."))
    if updates.busy:
        raise ConfigError(gettext("An update of this station is under way already."))
    if choice is None or choice.why_not:
        raise ConfigError(choice.why_not if choice else gettext("This release is not for this station."))
    return _send(station, offered, bytes(offered.document), who=who, now=now)


@transaction.atomic
def withdraw(station: Station, *, who: User | None, now: datetime) -> UpdateAsk:
    """Take back a request that the station has not begun to install. Raises ConfigError."""
    newest = newest_ask(station)
    if newest is None or newest.state in {*ENDED, *BEGUN}:
        raise ConfigError(gettext("There is no request that could still be withdrawn."))
    return _send(station, None, b"null", who=who, now=now)


def _send(
    station: Station, offered: OfferedRelease | None, document: bytes, *, who: User | None, now: datetime
) -> UpdateAsk:
    highest = station.update_asks.aggregate(highest=Max("number"))["highest"] or 0
    made = UpdateAsk.objects.create(station=station, number=highest + 1, offered=offered, who=who)
    request = UpdateRequest(
        number=made.number,
        station=station.sid,
        release=msgspec.json.decode(document),
        expires=(now + VALID_FOR).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    )
    body = msgspec.json.encode(request)
    key, sig = signed(body, key_for(station))
    document = msgspec.json.encode(SignedUpdateRequest(request=msgspec.Raw(body), key=key, sig=sig))
    keep(station, "update", document)
    return made


def take_off(offered: OfferedRelease, *, now: datetime) -> None:
    """Offer a release no more; what a station was let take already goes on."""
    OfferedRelease.objects.filter(pk=offered.pk, withdrawn=None).update(withdrawn=now)
