"""The list of certificates taken back, as brokers read it (X.509 CRL, RFC 5280, section 5)."""

from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

from cryptography import x509

from station.errors import ConfigError

WARN_DAYS: Final = 90  # a list that has lapsed locks every station out


class CrlFile(NamedTuple):
    """One list."""

    pem: bytes
    list: x509.CertificateRevocationList

    @classmethod
    def read(cls, file: Path) -> Self:
        """Return the list of a file. Raises ConfigError."""
        try:
            pem = file.read_bytes()
            return cls(pem, x509.load_pem_x509_crl(pem))
        except OSError as error:
            raise ConfigError(f"{file}: it cannot be read ({error.strerror})") from None
        except ValueError:
            raise ConfigError(f"{file}: it holds no list of revoked certificates in PEM form") from None

    @property
    def serials(self) -> set[int]:
        """The serial numbers of the certificates taken back."""
        return {entry.serial_number for entry in self.list}

    def lacking(self, copy: "CrlFile") -> str:
        """Return what a broker's copy lacks, "" when it is as good as this one."""
        if copy.list.issuer != self.list.issuer:
            return "is of another authority; put the list of this care side in its place"
        count = len(self.serials - copy.serials)
        if count:
            certificates = "certificate" if count == 1 else "certificates"
            return (
                f"is not the newest: {count} revoked {certificates} would still be let in; copy the list "
                "there again and restart that broker"
            )
        return ""


def days_left(crl: CrlFile, now: datetime) -> int:
    """Return the whole days before the next one is due."""
    due = crl.list.next_update_utc
    return (due - now).days if due is not None else 36_500


def said_of(crl: CrlFile, now: datetime) -> str:
    """Return how many are on the list, from when it is, and when the next one is due."""
    due = crl.list.next_update_utc
    certificates = "certificate" if len(crl.serials) == 1 else "certificates"
    words = f"{len(crl.serials)} {certificates} taken back, of {crl.list.last_update_utc:%Y-%m-%d}"
    words += f", the next one is due by {due:%Y-%m-%d}" if due else ""
    left = days_left(crl, now)
    if left < 0:
        return f"{words}: it HAS LAPSED, and brokers that hold it let nobody in"
    if left <= WARN_DAYS:
        return f"{words}: it lapses in {left} days, and a broker then lets nobody in"
    return words
