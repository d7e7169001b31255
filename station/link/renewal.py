"""The station's certificate, renewed over the link before it ends; its key stays here.

The next certificate is tried while the one before still holds. It is put into force when the broker has let
it in once; if that does not come, the one before is used again.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from station.errors import ConfigError
from station.link.enrolment import Enrolment
from station.link.identity import parse_certificate, parse_key
from station.link.papers import NextCertificate, PaperReply, RenewalRequest
from station.link.tls import Credentials, Tls

ASK_AGAIN_S: Final = 3600.0  # a request that no recorder heard is lost
TRY_S: Final = 120.0  # for the next certificate to be let in
TRY_AGAIN_S: Final = 6 * 3600.0  # one that was not: the broker may have been away
MARK: Final = b"balance renewal\0"  # before what is signed: the key signs nothing else in this form


class Renewal:
    """When to ask, and what to do with the answer. `now` is wall time, `now_s` any steady clock."""

    def __init__(
        self,
        enrolment: Enrolment,
        tls: Tls,
        *,
        renew_days: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._enrolment = enrolment
        self._tls = tls
        self._renew_days = renew_days
        self._now = now
        self._now_s = now_s
        self._asked_s: float | None = None
        self._before: Credentials | None = None  # in force while the next one is tried
        self._until_s = 0.0
        self._failed_s: dict[str, float] = {}  # when, by the serial numbers of those not let in

    @property
    def days_left(self) -> int:
        """The whole days for which the certificate in use still holds."""
        return self._tls.identity.days_left(self._now())

    @property
    def serial(self) -> str:
        """The serial number of the certificate in use, hexadecimal."""
        return f"{self._tls.certificate.serial_number:x}"

    def request(self, *, connected_anew: bool = False) -> RenewalRequest | None:
        """Return what to ask the care team now, None while there is nothing to ask. Raises StationError."""
        identity, now_s = self._tls.identity, self._now_s()
        if self._before is not None or identity.days_left(self._now()) >= self._renew_days:
            return None
        if self._asked_s is not None and not connected_anew and now_s - self._asked_s < ASK_AGAIN_S:
            return None
        self._asked_s = now_s
        csr = self._enrolment.request(identity.name)
        return RenewalRequest(csr=csr.decode(), serial=self.serial, sig=self._sign(csr))

    def _sign(self, csr: bytes) -> bytes:
        file = self._tls.credentials.key
        try:
            key = parse_key(Path(file).read_bytes(), where=f"key {file}")
        except OSError as error:
            raise ConfigError(f"key {file}: it cannot be read ({error.strerror})") from None
        return key.sign(proof(csr), ec.ECDSA(hashes.SHA256()))

    def take(self, answer: NextCertificate) -> bool:
        """Try a certificate; return whether to connect anew with it. Raises StationError with the reason.

        The one in use, or one that has just failed, is passed over.
        """
        pem = (answer.certificate or "").encode()
        certificate = parse_certificate(pem, where="the certificate is damaged")
        serial = f"{certificate.serial_number:x}"
        failed_s = self._failed_s.get(serial)
        just_failed = failed_s is not None and self._now_s() - failed_s < TRY_AGAIN_S
        if serial == self.serial or just_failed or self._before is not None:
            return False
        files = self._enrolment.prepare(pem, station=self._tls.identity.name, now=self._now())
        before = self._tls.credentials
        self._tls.use(files)
        self._before, self._until_s = before, self._now_s() + TRY_S
        return True

    def connected(self) -> PaperReply | None:
        """Put a certificate that was let in into force. Raises StationError: it is then tried again."""
        if self._before is None:
            return None
        self._enrolment.settle(self._tls.credentials)
        self._before = self._asked_s = None
        return PaperReply(about="certificate", name=self.serial, state="applied")

    def give_up(self) -> PaperReply | None:
        """Return what to tell when the next certificate was not let in in time; the one before is back."""
        if self._before is None or self._now_s() < self._until_s:
            return None
        serial, before = self.serial, self._before
        self._failed_s[serial] = self._now_s()
        self._before = None
        self._tls.use(before)
        reason = "the broker did not let it in within 120 s; the one before is used again"
        return PaperReply(about="certificate", name=serial, state="rejected", reason=reason)


def proof(csr: bytes) -> bytes:
    """Return what the key of the certificate in use signs to ask for the next one."""
    return MARK + csr
