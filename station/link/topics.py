"""Where station and care side speak to each other: the topics of MQTT."""

import re
from typing import Final, NamedTuple

from station.errors import MessageError

ROOT: Final = "bal/v1"

# Retained messages do not reach a shared subscription, so presence is listened to without sharing.
PRESENCE_FILTERS: Final = (f"{ROOT}/s/+/up/state", f"{ROOT}/s/+/up/birth")
HOST_STATE: Final = f"{ROOT}/host/state"


def host_topic(name: str) -> str:
    """Return the topic on which the recorder of this name says how it is."""
    return f"{ROOT}/host/{re.sub('[^A-Za-z0-9_.-]', '-', name)[:63]}/state"


def uplink_filter(group: str) -> str:
    """Return what the recorders listen to, each message going to one of those in `group`.

    The group must not be guessed: a broker deals messages out to all who joined it, and only then throws away
    those for somebody who may not read them (mosquitto 2.0).
    """
    return f"$share/{group}/{ROOT}/s/+/up/#"


def up_topic(station: str, kind: str) -> str:
    """Return the topic on which this station sends this kind."""
    return f"{ROOT}/s/{station}/up/{kind}"


def down_topic(station: str, kind: str) -> str:
    """Return a topic on which this station listens: ack, rx, cmd, keys, certificate or update."""
    return f"{ROOT}/s/{station}/down/{kind}"


def rx_topic(station: str, slot: str | None) -> str:
    """Return the topic of a person's prescriptions.

    It is retained, so where several share a station each needs an own one. `slot` says nothing of the person:
    the care side draws it, and a station listens to all of its own ("+").
    """
    topic = down_topic(station, "rx")
    return topic if slot is None else f"{topic}/{slot}"


class Address(NamedTuple):
    """Where a message came from."""

    station: str
    kind: str


def parse_up_topic(topic: str) -> Address:
    """Return station and kind of an uplink topic. Raises MessageError for any other."""
    parts = topic.split("/", 5)
    if len(parts) != 6 or parts[:3] != ["bal", "v1", "s"] or parts[4] != "up" or not parts[3] or not parts[5]:
        message = f"topic {topic!r} is not {ROOT}/s/<station>/up/<kind>"
        raise MessageError(message)
    return Address(parts[3], parts[5])
