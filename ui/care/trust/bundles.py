"""The answer to a station's request: one file with all that it needs of the care side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from django.utils import translation

from station.errors import ConfigError
from station.link.enrolment import Bundle
from station.link.identity import (
    certificate_pem,
    fingerprint,
    identity_of,
    key_pem,
    new_key,
)
from station.link.whole_file import PRIVATE, write_whole
from ui.care.installation.broker import host_and_port
from ui.care.installation.folder import DataFolder
from ui.care.models import Station
from ui.care.trust.authority import Authority
from ui.care.trust.page import page_of
from ui.care.trust.policy import policy
from ui.care.trust.signing import enrolled_keys

TLS_PORT: Final = 8883


@dataclass(frozen=True, slots=True)
class Asked:
    """How a station's certificate is asked for: by its request, or with a key that is made here."""

    request: Path | None
    broker: (
        str | None
    )  # host:port as the station reaches it; None: the first host the broker was certified for
    out: Path | None
    page: Path | None = None  # to be printed and scanned
    language: str = "en"  # of that page


@dataclass(frozen=True, slots=True)
class Written:
    """The bundle that was written, as a file or as a page."""

    file: Path
    ends: datetime
    authority: str  # fingerprint, for two people to compare


def write_bundle(station: Station, asked: Asked, folder: DataFolder) -> Written:
    """Certify this station and write its bundle. Raises StationError saying what is missing or wrong."""
    authority = Authority(folder.authority)
    host, port = _broker(asked.broker, authority.broker_hosts())
    own_key = None if asked.request else new_key()
    public_key = (
        own_key.public_key()
        if own_key
        else authority.request_key(_read(asked.request), station.sid, where=str(asked.request))
    )
    ring = folder.ring()
    keys, keys_version = enrolled_keys(ring)
    certificate = authority.certify(station.sid, public_key)
    bundle = Bundle(
        station=station.sid,
        subj=station.patient.pseudonym if station.patient else None,
        host=host,
        port=port,
        keys=keys,
        keys_version=keys_version,
        renew_days=policy().renew_days,
        ca=certificate_pem(authority.certificate).decode(),
        certificate=certificate_pem(certificate).decode(),
        key=key_pem(own_key).decode() if own_key else None,
    )
    station.keys, station.keys_version = ring.ids(), keys_version
    station.save(update_fields=["keys", "keys_version"])
    content = msgspec.json.format(msgspec.json.encode(bundle)) + b"\n"
    identity, whose = identity_of(certificate), fingerprint(authority.certificate)
    if asked.page is not None:
        with translation.override(asked.language):
            page = page_of(bundle, identity.ends, whose)
        write_whole(asked.page, page.encode(), mode=PRIVATE)
    if asked.out is not None:
        write_whole(asked.out, content, mode=PRIVATE)
    return Written(asked.page or asked.out or Path(), identity.ends, whose)


def _broker(asked: str | None, certified: Sequence[str]) -> tuple[str, int]:
    if not certified:
        message = (
            "the broker has no certificate yet; run: balance-care certify broker --host HOST --out FOLDER"
        )
        raise ConfigError(message)
    if asked is None:
        return certified[0], TLS_PORT
    host, port = host_and_port(asked, what="--broker")
    if host not in certified:
        raise ConfigError(
            f"--broker {host}: no broker is certified for that host, only for {', '.join(certified)}; "
            "a station would not connect"
        )
    return host, port


def _read(file: Path | None) -> bytes:
    if file is None:
        return b""
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: it cannot be read ({error.strerror})") from None
