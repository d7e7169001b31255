"""Where the MQTT broker is, and who the recorder is to it."""

import os

from station.errors import ConfigError
from station.link.broker import Broker
from station.link.tls import Credentials

DEFAULT = "127.0.0.1:1883"
_MEND = "name BALANCE_CARE_MQTT_CA, _CERT and _KEY (balance-care certify recorder-1)"


def broker() -> Broker:
    """Return the broker named by BALANCE_CARE_MQTT, with TLS where its files are named.

    Raises ConfigError for what is not host:port, for files that cannot be used, and for a broker beyond this
    machine without them.
    """
    host, port = host_and_port(os.environ.get("BALANCE_CARE_MQTT") or DEFAULT, what="BALANCE_CARE_MQTT")
    ca, certificate, key = (os.environ.get(f"BALANCE_CARE_MQTT_{file}", "") for file in ("CA", "CERT", "KEY"))
    credentials = Credentials(ca, certificate, key)
    if any(credentials) and not credentials.complete:
        raise ConfigError("BALANCE_CARE_MQTT_CA, _CERT and _KEY belong together; name all three, or none")
    return Broker.reached(host, port, credentials, whose="the recorder's", mend=_MEND)


def host_and_port(text: str, *, what: str) -> tuple[str, int]:
    """Return host and port of host:port. Raises ConfigError naming `what`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigError(f"{what} is {text!r}; it must be host:port, like {DEFAULT}")
    return host.strip("[]"), int(port)
