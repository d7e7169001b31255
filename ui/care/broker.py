"""Where the MQTT broker is."""

import os
from typing import NamedTuple

from station.errors import ConfigError

DEFAULT = "127.0.0.1:1883"


class Broker(NamedTuple):
    """Host and port of the broker."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def broker() -> Broker:
    """Return the broker named by BALANCE_CARE_MQTT. Raises ConfigError for what is not host:port."""
    text = os.environ.get("BALANCE_CARE_MQTT") or DEFAULT
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigError(f"BALANCE_CARE_MQTT is {text!r}; it must be host:port, like {DEFAULT}")
    return Broker(host.strip("[]"), int(port))
