"""How a station comes to its certificate: its request, and the care side's answer, the bundle.

The key is made on the station and never leaves it. The folder holds `request.key` while an answer is
awaited, and afterwards the enrolment: files with the certificate's number in their names, and
`enrolment.json`, which names them. That one file is put in place last, so that a kill leaves the enrolment
from before.
"""

import base64
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from station.errors import ConfigError, StoreError
from station.link.identity import (
    WARN_DAYS,
    Identity,
    certificate_pem,
    fingerprint,
    identity_of,
    key_pem,
    make_request,
    new_key,
    parse_certificate,
    parse_key,
    read_certificate,
)
from station.link.keyring import KEYRINGS
from station.link.messages import StationId
from station.link.mistaken import FETCH, mistaken_for_bundle
from station.link.tls import Credentials
from station.link.whole_file import PRIVATE, PUBLIC, write_whole

DOCUMENT: Final = "enrolment.json"  # also known to the configuration
MAX_BUNDLE_BYTES: Final = 100_000
BOM: Final = b"\xef\xbb\xbf"  # which editors of Windows put before a text


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """All a station needs of its care side, as one JSON file (`balance-care enrol`, `balance-care renew`).

    `key` is there only where the key was not made on the station. `keys` are the Ed25519 public keys
    (32 bytes, base64) that may sign prescriptions. In the last `renew_days` of its certificate the station
    asks for the next one by itself; 0: it does not.
    """

    v: Literal[1] = 1
    station: StationId
    subj: str | None  # pseudonym
    host: Annotated[str, msgspec.Meta(pattern=r"^\S+$", max_length=253)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    keys: Annotated[tuple[bytes, ...], msgspec.Meta(min_length=1)]
    keys_version: int = 0  # of the keyring these keys are
    renew_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = WARN_DAYS
    ca: str
    certificate: str
    key: str | None = None


class _Version(msgspec.Struct, frozen=True):
    v: int = 1


class Enrolled(NamedTuple):
    """What a bundle made of this station."""

    identity: Identity
    broker: str
    authority: str  # fingerprint


class Enrolment:
    """The folder of a station's enrolment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._request_key = folder / "request.key"

    def request(self, station: str) -> bytes:
        """Return a certificate request, of the same key until its answer was taken. Raises StationError."""
        self._make_folder()
        if not self._request_key.exists():
            write_whole(self._request_key, key_pem(new_key()), mode=PRIVATE)
        return make_request(station, self._pending_key())

    def read(self, file: Path, *, station: str | None, now: datetime) -> Bundle:
        """Return the bundle of a file that this station can take. Raises ConfigError saying why it cannot."""
        try:
            with file.open("rb") as stream:
                content = stream.read(MAX_BUNDLE_BYTES + 1)
            if len(content) > MAX_BUNDLE_BYTES:
                what = mistaken_for_bundle(content) or f"it is no bundle: it is too large; {FETCH}"
                raise ConfigError(f"{file}: {what}")
        except OSError as error:
            raise ConfigError(f"{file}: it cannot be read ({error.strerror})") from None
        return self.check(parse_bundle(content, where=str(file)), where=str(file), station=station, now=now)

    def check(self, bundle: Bundle, *, where: str, station: str | None, now: datetime) -> Bundle:
        """Return a bundle that this station can take; without a name yet, one of any name.

        Raises ConfigError, beginning with `where`, saying why it cannot.
        """
        try:
            self._check(bundle, station or bundle.station, now)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from None
        return bundle

    def take(self, bundle: Bundle) -> Enrolled:
        """Put a bundle that was read into force. Raises StoreError; what was in force before then stays."""
        certificate, ca = _parts(bundle)
        key = self._key_of(bundle)
        self._make_folder()
        files = self._write(certificate, ca, key)
        # The bundle's keys are all that hold: what was passed on over the link before does not any more.
        self._settle(_configuration(bundle, files), files)
        return Enrolled(identity_of(certificate), f"{bundle.host}:{bundle.port}", fingerprint(ca))

    # -- renewal over the link: the next certificate is beside the one in use until it has served ------------

    def holds(self, credentials: Credentials) -> bool:
        """Return whether these files are this enrolment's own, and may be replaced by their successors."""
        return Path(credentials.certificate).absolute().parent == self._folder.absolute()

    def credentials(self) -> Credentials:
        """Return the files in force. Raises ConfigError where this station is not enrolled."""
        try:
            document = msgspec.json.decode((self._folder / DOCUMENT).read_bytes(), type=dict[str, Any])
            return Credentials(*(document["care"][what] for what in Credentials._fields))
        except (OSError, msgspec.DecodeError, KeyError, TypeError):
            raise ConfigError("this station is not enrolled") from None

    def prepare(self, pem: bytes, *, station: str, now: datetime) -> Credentials:
        """Return the files of the next certificate, written beside those in use, which stay in force.

        Raises ConfigError saying why it cannot be the next one, or StoreError.
        """
        certificate = parse_certificate(pem, where="the certificate is damaged")
        ca = self._authority()
        if ca is None:
            raise ConfigError("this station is not enrolled any more")
        _check_certificate(certificate, ca, station, now)
        if not self._request_key.exists() or self._pending_key().public_key() != certificate.public_key():
            raise ConfigError("the certificate is for another key than that of this station's last request")
        return _credentials(self._write(certificate, ca, self._pending_key()))

    def settle(self, credentials: Credentials) -> None:
        """Put the next certificate into force, once it has served, and remove the one before."""
        document = msgspec.json.decode((self._folder / DOCUMENT).read_bytes(), type=dict[str, dict[str, Any]])
        files = {what: Path(file) for what, file in credentials._asdict().items()}
        document["care"] |= {what: str(file.absolute()) for what, file in files.items()}
        self._settle(document, files, KEYRINGS)

    def _write(
        self, certificate: x509.Certificate, ca: x509.Certificate, key: ec.EllipticCurvePrivateKey
    ) -> dict[str, Path]:
        number = f"{certificate.serial_number:x}"
        files = {what: self._folder / f"{what}-{number}.pem" for what in Credentials._fields}
        write_whole(files["ca"], certificate_pem(ca), mode=PUBLIC)
        write_whole(files["certificate"], certificate_pem(certificate), mode=PUBLIC)
        write_whole(files["key"], key_pem(key), mode=PRIVATE)
        return files

    def _settle(self, document: dict[str, Any], files: dict[str, Path], *also: str) -> None:
        write_whole(self._folder / DOCUMENT, msgspec.json.encode(document), mode=PRIVATE)
        self._tidy(keep={file.name for file in files.values()} | {DOCUMENT, *also})

    def _check(self, bundle: Bundle, station: str, now: datetime) -> None:
        if bundle.station != station:
            raise ConfigError(
                f"it is the bundle of station {bundle.station}, and this one is {station}; "
                f"ask the care team for {station}.bundle.json"
            )
        certificate, ca = _parts(bundle)
        _check_certificate(certificate, ca, station, now)
        if any(len(key) != 32 for key in bundle.keys):
            raise ConfigError("it is damaged: a key for prescriptions has 32 bytes; fetch it again")
        if self._key_of(bundle).public_key() != certificate.public_key():
            raise ConfigError(
                "its certificate is for another key than that of this station's last request; "
                "run sudo -u balance balance-station enrol, and have that request answered"
            )
        known = self._authority()
        if known is not None and known != ca:
            raise ConfigError(
                f"it comes from another authority ({fingerprint(ca)}) than this station's "
                f"({fingerprint(known)}); if the care team has really changed, remove {self._folder} first"
            )

    def _key_of(self, bundle: Bundle) -> ec.EllipticCurvePrivateKey:
        if bundle.key is not None:
            return parse_key(bundle.key.encode(), where="its key")
        if not self._request_key.exists():
            raise ConfigError(
                "it answers a request, and this station has made none: run balance-station enrol"
            )
        return self._pending_key()

    def _pending_key(self) -> ec.EllipticCurvePrivateKey:
        try:
            return parse_key(self._request_key.read_bytes(), where=str(self._request_key))
        except OSError as error:
            raise StoreError(f"{self._request_key}: it cannot be read ({error.strerror})") from None

    def _authority(self) -> x509.Certificate | None:
        try:
            document: dict[str, Any] = msgspec.json.decode((self._folder / DOCUMENT).read_bytes())
            return read_certificate(Path(document["care"]["ca"]))
        except (OSError, msgspec.DecodeError, KeyError, TypeError, ConfigError):
            return None  # not enrolled, or not any more

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot be made ({error.strerror})") from error

    def _tidy(self, keep: set[str]) -> None:
        for file in self._folder.iterdir():
            if file.name not in keep:
                file.unlink(missing_ok=True)


def parse_bundle(content: bytes, *, where: str) -> Bundle:
    """Return the bundle of a JSON document. Raises ConfigError, beginning with `where`, saying what it is."""
    if (mistaken := mistaken_for_bundle(content)) is not None:
        raise ConfigError(f"{where}: {mistaken}")
    try:
        version = msgspec.json.decode(content.removeprefix(BOM), type=_Version).v
        if version != 1:
            raise ConfigError(
                f"{where}: it is a bundle in form {version}, and this station's programs know form 1; "
                "install the care team's newer package here, then give it again"
            )
        return msgspec.json.decode(content.removeprefix(BOM), type=Bundle)
    except msgspec.ValidationError as error:
        message = f"{where}: it is another document, or a bundle that was changed ({error}); fetch it again"
        raise ConfigError(message) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        message = (
            f"{where}: it is damaged, or only a part of the file; copy it again from the care team's file"
        )
        raise ConfigError(message) from None


def _check_certificate(
    certificate: x509.Certificate, ca: x509.Certificate, station: str, now: datetime
) -> None:
    """Raise ConfigError unless this authority gave the certificate to this station, and it holds now."""
    try:
        certificate.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise ConfigError("it is damaged: its certificate is not of its authority; fetch it again") from None
    identity = identity_of(certificate)
    if identity.name != station:
        raise ConfigError(f"it is damaged: its certificate names {identity.name!r}, not {station}")
    trouble = identity.trouble(now, whose="its")
    if trouble is not None:
        raise ConfigError(trouble)


def _credentials(files: dict[str, Path]) -> Credentials:
    return Credentials(**{what: str(file) for what, file in files.items()})


def _parts(bundle: Bundle) -> tuple[x509.Certificate, x509.Certificate]:
    """Return certificate and authority. Raises ConfigError."""
    certificate = parse_certificate(bundle.certificate.encode(), where="its certificate is damaged")
    return certificate, parse_certificate(bundle.ca.encode(), where="its authority is damaged")


def _configuration(bundle: Bundle, files: dict[str, Path]) -> dict[str, Any]:
    """Return the part of the configuration that an enrolment decides."""
    return {
        "station": {"id": bundle.station, "subj": bundle.subj},
        "care": {
            "host": bundle.host,
            "port": bundle.port,
            "keys": [base64.b64encode(key).decode() for key in bundle.keys],
            "keys_version": bundle.keys_version,
            "renew_days": bundle.renew_days,
            **{what: str(file.absolute()) for what, file in files.items()},
        },
    }
