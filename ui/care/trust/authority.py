"""The care side's own certificate authority: who may speak to the broker, and who no longer may.

Its folder is all it knows: `ca.key` and `ca.pem`, every certificate it gave (`issued/`), and `crl.pem`, the
list of those taken back, which the broker reads.
"""

import fcntl
import ipaddress
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from station.errors import ConfigError, StoreError
from station.link.identity import (
    certificate_pem,
    identity_of,
    key_pem,
    name_of,
    named,
    new_key,
    parse_key,
    read_certificate,
)
from station.link.tls import check_private, credential
from station.link.whole_file import PRIVATE, PUBLIC, write_whole
from ui.care.installation.own_names import SERVERS

AUTHORITY_DAYS: Final = 3650
CERTIFICATE_DAYS: Final = 365
BACKDATED: Final = timedelta(hours=1)  # clocks that are a little behind
_ONE_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Given:
    """A certificate that was given, and when it was taken back."""

    certificate: x509.Certificate
    revoked: datetime | None


class Authority:
    """Signs, remembers and takes back. `now` is the time of what is signed."""

    def __init__(self, folder: Path, *, now: datetime | None = None) -> None:
        """Open the authority in this folder, made where there is none. Raises StoreError."""
        self._folder = folder
        self._now = (now or datetime.now(UTC)).replace(microsecond=0)
        self.crl_file: Final = folder / "crl.pem"
        try:
            (folder / "issued").mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be made ({error.strerror}); set BALANCE_CARE_DATA") from error
        with self._alone():
            if not (folder / "ca.pem").exists():
                self._begin()
        self.certificate: Final = read_certificate(folder / "ca.pem")

    # -- giving --------------------------------------------------------------------------------------------

    def certify(
        self, name: str, key: ec.EllipticCurvePublicKey, *, hosts: Sequence[str] = ()
    ) -> x509.Certificate:
        """Return a certificate for `name`: of a server where `hosts` are given, else of a client."""
        purpose = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = (
            self._builder(name, key, CERTIFICATE_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        if hosts:
            names = x509.SubjectAlternativeName([_host(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(self._key(), hashes.SHA256())
        file = self._folder / "issued" / f"{name}-{certificate.serial_number:x}.pem"
        write_whole(file, certificate_pem(certificate), mode=PUBLIC)
        return certificate

    def request_key(self, pem: bytes, name: str, *, where: str) -> ec.EllipticCurvePublicKey:
        """Return the key of a station's request. Raises ConfigError for one that is damaged or another's."""
        try:
            request = x509.load_pem_x509_csr(pem)
            key = request.public_key()
            is_whole = request.is_signature_valid
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ConfigError(f"{where}: it is no certificate request; make one on the station") from None
        if not is_whole or not isinstance(key, ec.EllipticCurvePublicKey):
            raise ConfigError(f"{where}: the request is damaged; make a new one on the station")
        if key.curve.name != "secp256r1":
            raise ConfigError(f"{where}: its key is not P-256, as a station makes it")
        asked = name_of(request.subject)
        if asked != name:
            raise ConfigError(f"{where}: the request is of station {asked!r}, not of {name!r}")
        return key

    def given(self, name: str | None = None) -> list[Given]:
        """Return the certificates given, of one name or of all, the newest last."""
        revoked = {each.serial_number: each.revocation_date_utc for each in self._crl()}
        certificates = [read_certificate(file) for file in (self._folder / "issued").glob("*.pem")]
        return sorted(
            (
                Given(certificate, revoked.get(certificate.serial_number))
                for certificate in certificates
                if name is None or name_of(certificate.subject) == name
            ),
            key=lambda each: (identity_of(each.certificate).begins, each.certificate.serial_number),
        )

    def broker_hosts(self) -> list[str]:
        """Return the names and addresses that brokers have certificates for, those of the newest first."""
        hosts: list[str] = []
        for each in reversed(self.given()):
            if each.revoked is None and SERVERS.fullmatch(name_of(each.certificate.subject)):
                names = each.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
                hosts += [str(name.value) for name in names]
        return list(dict.fromkeys(hosts))

    # -- taking back ---------------------------------------------------------------------------------------

    def revoke(self, name: str) -> int:
        """Take back every certificate of this name; return how many were. Raises ConfigError for none."""
        with self._alone():
            given = self.given(name)
            if not given:
                raise ConfigError(
                    f"{name} has no certificate of this care side; see: balance-care certificates"
                )
            new = [each.certificate.serial_number for each in given if each.revoked is None]
            crl = self._crl()
            # A broker that was told to read again holds both lists, and believes the one that is newer; one
            # from the future would lock everybody out.
            begins = max(self._now - BACKDATED, crl.last_update_utc + _ONE_SECOND)
            self._write_crl([*crl, *(self._entry(serial) for serial in new)], self.certificate, begins)
        return len(new)

    def _entry(self, serial: int) -> x509.RevokedCertificate:
        return x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(self._now).build()

    def _crl(self) -> x509.CertificateRevocationList:
        try:
            return x509.load_pem_x509_crl(self.crl_file.read_bytes())
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is damaged"
            raise StoreError(
                f"{self.crl_file}: cannot be read ({reason}); restore it from a backup"
            ) from None

    def _write_crl(
        self, entries: Sequence[x509.RevokedCertificate], ca: x509.Certificate, begins: datetime
    ) -> None:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(ca.subject)
            .last_update(begins)
            .next_update(ca.not_valid_after_utc)  # a list that has ended would lock every station out
        )
        for entry in entries:
            builder = builder.add_revoked_certificate(entry)
        crl = builder.sign(self._key(), hashes.SHA256())
        write_whole(self.crl_file, crl.public_bytes(Encoding.PEM), mode=PUBLIC)

    # -- the authority itself ------------------------------------------------------------------------------

    def _begin(self) -> None:
        key = new_key()
        name = f"balance care {os.urandom(4).hex()}"  # told apart from another care side's
        certificate = (
            self._builder(name, key.public_key(), AUTHORITY_DAYS, issuer=name, issuer_key=key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(authority=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        write_whole(self._folder / "ca.key", key_pem(key), mode=PRIVATE)
        self._write_crl([], certificate, self._now - BACKDATED)
        # Last: while it is missing there is no authority, and it is begun again.
        write_whole(self._folder / "ca.pem", certificate_pem(certificate), mode=PUBLIC)

    def _builder(
        self,
        name: str,
        key: ec.EllipticCurvePublicKey,
        days: int,
        *,
        issuer: str | None = None,
        issuer_key: ec.EllipticCurvePublicKey | None = None,
    ) -> x509.CertificateBuilder:
        signer = issuer_key or self._key().public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer) if issuer else self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - BACKDATED)
            .not_valid_after(self._now + timedelta(days=days))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
        )

    def _key(self) -> ec.EllipticCurvePrivateKey:
        file = credential("ca.key") or self._folder / "ca.key"
        check_private(file)
        try:
            return parse_key(file.read_bytes(), where=str(file))
        except OSError as error:
            raise StoreError(f"{file}: cannot be read ({error.strerror}); see its owner and mode") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep others from writing: of two people who revoke at once, both are heard."""
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _usage(*, authority: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _host(text: str) -> x509.GeneralName:
    """Return a host as it stands in a certificate. Raises ConfigError for what is no name and no address."""
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", text):
        raise ConfigError(f"--host {text!r}: it must be a host name or an IP address, without a port")
    return x509.DNSName(text)
