"""Certificates given again: who gets one by asking over the link, and who does not.

A certificate is given to the holder of one that is good: given here to this station, not ended, not revoked,
and its key has signed the request. Once for each certificate; asked again with another key, a person decides.
"""

from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction

from station.errors import ConfigError
from station.link.identity import certificate_pem, identity_of
from station.link.messages import encode
from station.link.papers import NextCertificate
from station.link.renewal import proof
from ui.care.models import Renewal
from ui.care.rights.audit import note_command
from ui.care.trust.authority import Authority
from ui.care.trust.outgoing import keep
from ui.care.trust.papers import BY_A_PERSON
from ui.care.trust.policy import Policy

State = Renewal.State


class Answered(NamedTuple):
    """What became of a request: one sentence, and whether it still waits."""

    station: str
    words: str
    waits: bool = False


def answer_all(authority: Authority, policy: Policy, *, now: datetime) -> list[Answered]:
    """Answer every request that may be answered, and return what became of each. Raises StationError."""
    waiting = Renewal.objects.filter(state=State.WAITING).select_related("station").order_by("asked")
    return [_answer(renewal, authority, policy, now) for renewal in waiting]


@transaction.atomic
def _answer(renewal: Renewal, authority: Authority, policy: Policy, now: datetime) -> Answered:
    sid = renewal.station.sid
    try:
        key = _key_of(renewal, authority, policy, now)
    except ConfigError as error:
        return _refuse(renewal, str(error))
    why = _why_a_person_decides(renewal, policy)
    if why and not renewal.confirmed:
        return Answered(sid, f"waits for: balance-care renewals --confirm {sid} ({why})", waits=True)
    if not Renewal.objects.filter(pk=renewal.pk, state=State.WAITING).update(state=State.GIVEN):
        return Answered(sid, "answered by another upkeep at the same time")
    note_command("renewed a certificate", sid)
    certificate = authority.certify(sid, key)
    Renewal.objects.filter(pk=renewal.pk).update(given=f"{certificate.serial_number:x}")
    answer = NextCertificate(certificate=certificate_pem(certificate).decode())
    keep(renewal.station, "certificate", encode(answer))
    return Answered(sid, f"certificate given until {identity_of(certificate).ends:%Y-%m-%d}")


def _key_of(
    renewal: Renewal, authority: Authority, policy: Policy, now: datetime
) -> ec.EllipticCurvePublicKey:
    """Return the key to certify. Raises ConfigError with the reason where the asker gets none."""
    station = renewal.station
    if station.revoked is not None:
        raise ConfigError("this station was revoked; it must be enrolled again")
    given = authority.given(station.sid)
    in_use = next((g for g in given if f"{g.certificate.serial_number:x}" == renewal.serial), None)
    if in_use is None:
        raise ConfigError("the certificate in use was not given to this station by this care team")
    if in_use.revoked is not None:
        raise ConfigError("the certificate in use was revoked; the station must be enrolled again")
    identity = identity_of(in_use.certificate)
    trouble = identity.trouble(now, whose="the station's")
    if trouble is not None:
        raise ConfigError(trouble)
    _check_proof(renewal, in_use.certificate)
    if identity.days_left(now) >= policy.renew_days:
        raise ConfigError(
            f"the certificate in use holds until {identity.ends:%Y-%m-%d}; it is renewed in the last "
            f"{policy.renew_days} days"
        )
    return authority.request_key(renewal.csr.encode(), station.sid, where="the request")


def _check_proof(renewal: Renewal, certificate: x509.Certificate) -> None:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ConfigError("the certificate in use has a key of another kind")
    try:
        key.verify(bytes(renewal.sig), proof(renewal.csr.encode()), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise ConfigError("the request is not signed by the certificate in use") from None


def _why_a_person_decides(renewal: Renewal, policy: Policy) -> str:
    same = Renewal.objects.filter(station=renewal.station, serial=renewal.serial).exclude(pk=renewal.pk)
    if same.filter(state__in=(State.GIVEN, State.USED)).exists():
        return "another key has got a certificate on the same one already: is the station's card copied?"
    return "each renewal is confirmed here" if policy.confirm else ""


def _refuse(renewal: Renewal, reason: str) -> Answered:
    sid = renewal.station.sid
    renewal.state, renewal.reason = State.REFUSED, reason[:400]
    renewal.save(update_fields=["state", "reason"])
    note_command("refused a renewal", sid)
    keep(renewal.station, "certificate", encode(NextCertificate(reason=reason[:400])))
    return Answered(sid, f"refused: {reason}")


def confirm(sid: str) -> None:
    """Let the newest request of this station be answered. Raises ConfigError where none waits."""
    renewal = Renewal.objects.filter(station__sid=sid, state=State.WAITING).first()
    if renewal is None:
        raise ConfigError(f"no request of {sid} waits; see: balance-care renewals")
    with transaction.atomic():
        note_command("confirmed a renewal", sid)
        Renewal.objects.filter(pk=renewal.pk).update(confirmed=True)


def refuse(sid: str) -> None:
    """Refuse every waiting request of this station. Raises ConfigError where none waits."""
    waiting = list(Renewal.objects.filter(station__sid=sid, state=State.WAITING).select_related("station"))
    if not waiting:
        raise ConfigError(f"no request of {sid} waits; see: balance-care renewals")
    with transaction.atomic():
        for renewal in waiting:
            _refuse(renewal, BY_A_PERSON)
