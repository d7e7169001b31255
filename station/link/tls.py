"""Mutual TLS to the broker: files to a context, and what went wrong in one sentence (TLS 1.2 or later)."""

import errno
import os
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

from station.errors import ConfigError
from station.link.identity import WARN_DAYS, Identity, identity_of, read_certificate

_OTHER_HOST: Final = "is for another host: correct the host, or certify the broker for it"
_STRANGER: Final = (
    "is of an unknown authority: it is not the care team's broker, or they have a new authority and must "
    "enrol this station again; nothing was sent"
)
_OF_THE_BROKER: Final = {  # OpenSSL's verify codes (x509_vfy.h)
    9: "is not valid yet, and the clock here says {clock}: it has not been set yet; it is tried again",
    10: "has ended (the clock here says {clock}): it must be renewed, or the clock here is wrong",
    62: _OTHER_HOST,  # host name
    64: _OTHER_HOST,  # IP address
    **dict.fromkeys((2, 18, 19, 20, 21), _STRANGER),
}
_OF_US: Final = {  # alerts of the broker (RFC 8446, section 6.2), as OpenSSL names them
    "CERTIFICATE_REVOKED": "it was revoked; enrol again",
    "CERTIFICATE_EXPIRED": "it has ended, or is not valid yet; renew it, or set the clocks",
    "UNKNOWN_CA": "it is of an authority that the broker does not know",
    "CERTIFICATE_REQUIRED": "none was sent",
    "BAD_CERTIFICATE": "it is damaged, or not meant for this use",
    "UNSUPPORTED_CERTIFICATE": "it is not meant for this use",
    "CERTIFICATE_UNKNOWN": "the broker does not say why",
}
# A peer that vanished (power, cable, a NAT that forgot) ends nothing, and MQTT asks after one keep-alive and
# waits another. The kernel asks sooner, and gives up in time for a new connection (tcp(7)).
_SILENT_PEER: Final = {
    "TCP_KEEPIDLE": 4,  # s
    "TCP_KEEPINTVL": 2,  # s
    "TCP_USER_TIMEOUT": 8_000,  # ms, of what was sent and what was asked
}
_NO_TLS: Final = ("WRONG_VERSION_NUMBER", "PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL")


class Credentials(NamedTuple):
    """The authority's certificate, the own one and its key: names or paths, "" where there is none."""

    ca: str = ""
    certificate: str = ""
    key: str = ""

    @property
    def complete(self) -> bool:
        """Whether all three are named."""
        return all(self)

    def found(self) -> Self:
        """Return the same as paths: a bare name is looked for among systemd's credentials first."""
        return self._replace(**{what: str(_found(name)) for what, name in self._asdict().items()})


def _found(name: str) -> Path:
    return (credential(name) if "/" not in name else None) or Path(name)


def credential(name: str) -> Path | None:
    """Return the file of this name among those systemd gave to the unit (LoadCredential=), if it is there."""
    given = os.environ.get("CREDENTIALS_DIRECTORY")  # systemd.exec(5)
    file = Path(given) / name if given and name else None
    return file if file is not None and file.exists() else None


class _Socket(ssl.SSLSocket):
    """Keeps the first fault at its context: the client's network loop tells nobody why it failed."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 (as it is inherited)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        # Else a short message waits until the one before it is acknowledged, which the peer delays (RFC 896).
        self.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option, value in _SILENT_PEER.items():
            if hasattr(socket, option):  # Linux has them all
                self.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        try:
            super().do_handshake(block)
        except OSError as error:
            _note(self.context, error)
            if not _is_wait(error):
                self.close()  # the client leaves it open
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        try:
            return super().recv(buflen, flags)
        except OSError as error:
            _note(self.context, error)
            raise


class _Context(ssl.SSLContext):
    sslsocket_class = _Socket
    fault: OSError | None = None


def _is_wait(error: OSError) -> bool:
    return isinstance(error, ssl.SSLWantReadError | ssl.SSLWantWriteError | BlockingIOError)


def _note(context: ssl.SSLContext, error: OSError) -> None:
    if isinstance(context, _Context) and not _is_wait(error):
        context.fault = error


class Tls:
    """A context to connect with, who this is by its certificate, and why a connection failed."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        whose: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Read the files; `whose` certificate it is ("this station's") begins the sentences.

        Raises ConfigError for a file that is missing, damaged, or a key that others can read.
        """
        self._whose = whose
        self._now = now
        self.credentials = credentials.found()
        self.certificate = read_certificate(Path(self.credentials.certificate))
        self.context: Final = _context(self.credentials)

    @property
    def identity(self) -> Identity:
        """Who this is, and until when."""
        return identity_of(self.certificate)

    def use(self, credentials: Credentials) -> None:
        """Connect with another certificate of the same authority from the next time on.

        Raises ConfigError for files that cannot be used: then nothing has changed.
        """
        certificate = read_certificate(Path(credentials.certificate))
        _context(credentials)  # tried on one that nobody uses
        self.context.load_cert_chain(credentials.certificate, credentials.key, password=_no_password)
        self.credentials, self.certificate = credentials, certificate

    def why(self, peer: str) -> str | None:
        """Return why the last connection to `peer` (host:port) failed, None when TLS knows nothing of it."""
        fault, self.context.fault = self.context.fault, None
        own = self.identity.trouble(self._now(), whose=self._whose)
        if own is not None:
            return own
        return None if fault is None else explain(fault, peer=peer, whose=self._whose, now=self._now())

    def reminder(self) -> str | None:
        """Return a sentence when the certificate must soon be renewed."""
        days = self.identity.days_left(self._now())
        if days > WARN_DAYS:
            return None
        return f"{self._whose} certificate ends in {days} days: renew it (balance-station enrol)"


def _context(files: Credentials) -> _Context:
    key = Path(files.key)
    check_private(key)
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(files.ca)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) if not isinstance(error, ssl.SSLError) else None
        raise ConfigError(
            f"certificate {files.ca}: {reason or 'it holds no certificate in PEM form'}"
        ) from None
    try:
        context.load_cert_chain(files.certificate, files.key, password=_no_password)
    except (OSError, ssl.SSLError, ValueError) as error:
        if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            raise ConfigError(f"key {key}: it is not the key of certificate {files.certificate}") from None
        raise ConfigError(f"key {key}: it holds no private key in PEM form without a password") from None
    return context


def _no_password() -> str:
    raise ValueError  # a prompt would hang a service for ever


def check_private(key: Path) -> None:
    """Raise ConfigError where others than its owner can read a key; systemd's credentials are good."""
    try:
        mode = key.stat().st_mode & 0o777
    except OSError as error:
        raise ConfigError(f"key {key}: it cannot be read ({error.strerror})") from None
    # systemd's own are its unit's alone; their mode shows the mask of an access list.
    if mode & 0o077 and key.parent != Path(os.environ.get("CREDENTIALS_DIRECTORY", "/nowhere")):
        raise ConfigError(f"key {key}: others can read it (mode {mode:o}); run: chmod 600 {key}")


def explain(fault: OSError, *, peer: str, whose: str, now: datetime) -> str:
    """Return a sentence about a connection to `peer` (host:port) that TLS ended."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        said = _OF_THE_BROKER.get(fault.verify_code, f"is refused: {fault.verify_message}")
        return f"the certificate of the broker at {peer} {said.format(clock=now.strftime('%Y-%m-%d'))}"
    reason = (fault.reason or "") if isinstance(fault, ssl.SSLError) else ""
    for alert, meaning in _OF_US.items():
        if reason.endswith(alert):
            return f"the broker at {peer} refuses {whose} certificate: {meaning}"
    if any(word in reason for word in _NO_TLS):
        return f"{peer} does not speak TLS 1.2 or later: is it the plain port? (TLS is usually on 8883)"
    if isinstance(fault, TimeoutError) or fault.errno in {errno.EHOSTUNREACH, errno.ENETUNREACH}:
        return f"the broker at {peer} does not answer: the network between is down, or its machine is"
    if isinstance(fault, ConnectionError | ssl.SSLEOFError):
        return (
            f"the broker at {peer} broke off: it refuses {whose} certificate, it is the plain port "
            "(TLS is usually on 8883), or it has ended"
        )
    return f"TLS to the broker at {peer} failed: {fault.strerror or fault}"
