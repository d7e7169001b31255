"""The second factor: a code of an app on a telephone (TOTP, RFC 6238), and backup codes on paper."""

import base64
import io
from typing import Final, NamedTuple

import segno
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django_otp import login as otp_login
from django_otp.middleware import is_verified
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from ui.care.people import single_sign_on

APP: Final = "app"
PAPER: Final = "backup codes"
CODES: Final = 10
FEW_CODES: Final = 3


class Answer(NamedTuple):
    """Whether a code was right, and else why not, in a sentence."""

    ok: bool
    reason: str = ""
    from_paper: bool = False


def device_of(user: User) -> TOTPDevice | None:
    """Return the app that this account uses."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def users_with_one() -> set[int]:
    """Return the keys of the accounts that use an app."""
    return set(TOTPDevice.objects.filter(confirmed=True).values_list("user_id", flat=True))


def missing_step(request: HttpRequest) -> str | None:
    """Return the name of the page at which somebody who has logged in must stop first, None for no such."""
    user = request.user
    if not isinstance(user, User) or is_verified(user):
        return None
    if request.session.get(BACKEND_SESSION_KEY) == single_sign_on.BACKEND:
        return None  # the clinic's identity provider asks for it
    if device_of(user) is not None:
        return "second_factor"
    return "second_factor_setup" if settings.SECOND_FACTOR_REQUIRED else None


def begin(user: User) -> TOTPDevice:
    """Return the app that is being set up; it counts once a code of it was typed."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, name=APP, confirmed=False)


def picture(device: TOTPDevice) -> bytes:
    """Return the QR code an app reads, as SVG."""
    out = io.BytesIO()
    segno.make(device.config_url, error="m").save(
        out, kind="svg", scale=6, border=4, dark="#000", light="#fff"
    )
    return out.getvalue()


def key_words(device: TOTPDevice) -> str:
    """Return the key to be typed where no camera is at hand, in groups of four: "ABCD EFGH …"."""
    key = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4))


@transaction.atomic
def confirm(request: HttpRequest, user: User, code: str) -> Answer:
    """Take the app into use when its code is right; one that was used before no longer counts."""
    device = begin(user)
    answer = _verify(device, code)
    if answer.ok:
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        device.confirmed = True
        device.save()
        otp_login(request, device)
    return answer


@transaction.atomic
def check_code(request: HttpRequest, user: User, code: str) -> Answer:
    """Let somebody in whose code of the app, or backup code, is right. Each code works once."""
    typed = "".join(code.split()).replace("-", "").lower()
    kind = TOTPDevice if typed.isdecimal() else StaticDevice
    device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None:
        return Answer(ok=False, reason=gettext("This code is not right. A backup code works once."))
    answer = _verify(device, typed)
    if answer.ok:
        otp_login(request, device)
    return answer._replace(from_paper=kind is StaticDevice)


def _verify(device: TOTPDevice | StaticDevice, code: str) -> Answer:
    allowed, _ = device.verify_is_allowed()
    if not allowed:
        return Answer(ok=False, reason=gettext("Too many wrong codes. Wait a minute, then try once more."))
    if device.verify_token("".join(code.split())):
        return Answer(ok=True)
    reason = gettext(
        "This code is not right, or it was used already. Wait for the next one; the telephone's clock must "
        "be right."
    )
    return Answer(ok=False, reason=reason)


@transaction.atomic
def new_codes(user: User) -> list[str]:
    """Return new backup codes; older ones no longer work."""
    StaticDevice.objects.filter(user=user).delete()
    paper = StaticDevice.objects.create(user=user, name=PAPER)
    codes = [StaticToken.random_token() for _ in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=paper, token=code) for code in codes)
    return codes


def codes_left(user: User) -> int:
    """Return how many backup codes were not used yet."""
    return int(StaticToken.objects.filter(device__user=user).count())
