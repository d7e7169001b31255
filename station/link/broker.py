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

    @property
    def words(self) -> str:
        """Whose it is: one of this machine without certificates may be anybody's, not the care team's."""
        return (
            "the care team's broker"
            if self.tls
            else f"a broker of this machine ({self}), without certificates"
        )

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
