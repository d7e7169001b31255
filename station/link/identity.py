"""Certificates: whose they are, until when they hold, and requests for new ones (X.509, RFC 5280)."""

from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from station.errors import ConfigError

WARN_DAYS: Final = 30  # before a certificate ends it is said at every connection


class Identity(NamedTuple):
    """Who a certificate names (its common name), and the time it holds for (UTC)."""

    name: str
    begins: datetime
    ends: datetime

    def trouble(self, now: datetime, *, whose: str) -> str | None:
        """Return why it cannot be used at this time, None when it can. `whose` begins the sentence."""
        if now < self.begins:
            return (
                f"{whose} certificate is valid only from {_day(self.begins)} and the clock here says "
                f"{_day(now)}: the clock has not been set yet; it is tried again"
            )
        if now >= self.ends:
            return (
                f"{whose} certificate ended on {_day(self.ends)} (the clock here says {_day(now)}): "
                "it must be renewed"
            )
        return None

    def days_left(self, now: datetime) -> int:
        """Return the whole days it still holds."""
        return (self.ends - now).days


def _day(when: datetime) -> str:
    return when.strftime("%Y-%m-%d")


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a new private key (P-256, which every TLS 1.2 broker knows)."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key as an unencrypted PKCS 8 PEM: its file must be its owner's alone."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def named(name: str) -> x509.Name:
    """Return a subject with this common name and nothing else."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def name_of(subject: x509.Name) -> str:
    """Return the common name, "" where there is none or are several."""
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if len(names) == 1 else ""


def identity_of(certificate: x509.Certificate) -> Identity:
    """Return who and how long."""
    return Identity(
        name_of(certificate.subject), certificate.not_valid_before_utc, certificate.not_valid_after_utc
    )


def parse_certificate(pem: bytes, *, where: str) -> x509.Certificate:
    """Return the first certificate of a PEM. Raises ConfigError naming `where`."""
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise ConfigError(f"{where}: it holds no certificate in PEM form") from None


def read_certificate(file: Path) -> x509.Certificate:
    """Return the first certificate of a PEM file. Raises ConfigError naming the file."""
    try:
        pem = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"certificate {file}: it cannot be read ({error.strerror})") from None
    return parse_certificate(pem, where=f"certificate {file}")


def parse_key(pem: bytes, *, where: str) -> ec.EllipticCurvePrivateKey:
    """Return an elliptic-curve private key of a PEM. Raises ConfigError naming `where`."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ConfigError(f"{where}: it holds no private key this program makes or takes")
    return key


def make_request(name: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a certificate request (PKCS 10, PEM) of this name, signed with its own key."""
    request = x509.CertificateSigningRequestBuilder().subject_name(named(name)).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the start of a certificate's SHA-256 in groups that two people can compare by voice."""
    digits = certificate.fingerprint(hashes.SHA256()).hex()[:24]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
