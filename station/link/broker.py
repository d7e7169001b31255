"""The broker: where it is, and how it is spoken to. Beyond this machine never without TLS."""

from typing import NamedTuple, Self

from station.errors import ConfigError
from station.link.loopback import is_loopback
from station.link.tls import Credentials, Tls


class Broker(NamedTuple):
    """Host and port of the broker, and TLS to it: None only on this machine."""

    host: str
    port: int
    tls: Tls | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def reached(cls, host: str, port: int, credentials: Credentials, *, whose: str, mend: str) -> Self:
        """Return the broker with the TLS of these credentials, which may only be missing on loopback.

        `whose` begins sentences about the certificate, `mend` says how to get one. Raises ConfigError.
        """
        if credentials.complete:
            return cls(host, port, Tls(credentials, whose=whose))
        if not is_loopback(host):
            raise ConfigError(
                f"the broker at {host} is beyond this machine and there is no TLS to it; {mend}"
            )
        return cls(host, port)
