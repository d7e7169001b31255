"""What stations say of keys and certificates, filed; nothing is signed here (`upkeep` does).

Runs inside the transaction of `intake`.
"""

import hashlib
from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from station.errors import MessageError
from station.link.messages import Birth
from station.link.papers import PaperReply, RenewalRequest
from ui.care.models import Renewal, Station
from ui.care.trust.outgoing import keep

BY_A_PERSON: Final = "the care team refuses it; ask them"
MOST_WAITING: Final = 5  # a station asks with one key until it is answered


def file_birth(birth: Birth, station: Station) -> None:
    """Note which keys the station holds, and that a new certificate is in use."""
    if birth.keys:
        station.keys, station.keys_version = list(birth.keys), birth.keys_version
    if birth.certificate_serial is None:
        return
    used = station.renewals.filter(given=birth.certificate_serial, state=Renewal.State.GIVEN)
    if used.update(state=Renewal.State.USED):
        keep(station, "certificate", b"")  # it is taken: nothing is left to be told


def file_paper(body: RenewalRequest | PaperReply, station: Station) -> None:
    """File a request or a reply. Raises MessageError for a request that is none."""
    if isinstance(body, RenewalRequest):
        _file_request(body, station)
    else:
        _file_reply(body, station)


def _file_request(request: RenewalRequest, station: Station) -> None:
    """Keep a request for the next time `upkeep` looks. Raises MessageError for what is none."""
    try:
        public_key = x509.load_pem_x509_csr(request.csr.encode()).public_key()
        der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):
        raise MessageError("renewal: csr is no certificate request") from None
    key = hashlib.sha256(der).hexdigest()
    known = station.renewals.filter(key=key).first()
    if known is None:
        if station.renewals.filter(state=Renewal.State.WAITING).count() >= MOST_WAITING:
            raise MessageError("renewal: too many requests with other keys wait for this station")
        station.renewals.create(key=key, csr=request.csr, serial=request.serial, sig=request.sig)
    elif known.state == Renewal.State.GIVEN:
        station.retained.filter(kind="certificate").exclude(payload=b"").update(sent=False)
    elif known.state == Renewal.State.WAITING or _may_ask_again(known):
        known.state = Renewal.State.WAITING
        known.csr, known.serial, known.sig = request.csr, request.serial, request.sig
        known.asked = timezone.now()
        known.save(update_fields=["state", "csr", "serial", "sig", "asked"])


def _may_ask_again(renewal: Renewal) -> bool:
    """Return whether what was refused is looked at again: not what a person refused, and once a day."""
    return (
        renewal.state == Renewal.State.REFUSED
        and renewal.reason != BY_A_PERSON
        and timezone.now() - renewal.asked > timedelta(days=1)
    )


def _file_reply(reply: PaperReply, station: Station) -> None:
    """Keep why a keyring or a certificate was rejected, beside it."""
    reason = reply.reason[:400] if reply.state == "rejected" else ""
    station.retained.filter(kind=reply.about).update(answer=reason)
    if reply.about == "certificate" and reply.state == "rejected" and reply.name:
        given = station.renewals.filter(given=reply.name, state=Renewal.State.GIVEN)
        given.update(reason=reason)
