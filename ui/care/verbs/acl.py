"""`balance-care acl`: the broker's list of rights, for as many recorders and clinics as there are."""

import argparse
import sys

import msgspec

from station.errors import ConfigError
from station.link.messages import StationId
from station.link.whole_file import PUBLIC, write_whole
from ui.care.installation.own_names import RESERVED
from ui.care.trust.acl import BRIDGE, MOST, rights


def run(arguments: argparse.Namespace) -> int:
    """Print or write the list. Returns 0. Raises ConfigError for what cannot stand in it."""
    numbers = dict(_number(text) for text in arguments.number)
    bridges = dict(_bridge(text) for text in arguments.bridge)
    text = rights(numbers=numbers, bridges=bridges)
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        write_whole(arguments.out, text.encode(), mode=PUBLIC)
        sys.stdout.write(
            f"{arguments.out}: put it in the place of /etc/mosquitto/balance/care.acl, then run "
            "systemctl reload mosquitto\n"
        )
    return 0


def _number(text: str) -> tuple[str, int]:
    role, _, count = text.partition("=")
    if not count.isdecimal() or not 1 <= int(count) <= MOST:
        raise ConfigError(f"--number {text}: it must be ROLE=COUNT, like recorder=8, up to {MOST}")
    return role, int(count)


def _bridge(text: str) -> tuple[str, list[str]]:
    name, _, named = text.partition("=")
    stations = named.split(",")
    if not BRIDGE.fullmatch(name):
        raise ConfigError(
            f"--bridge {text}: it must be bridge-NUMBER=STATION,STATION, as the bridge is certified"
        )
    for sid in stations:
        try:
            msgspec.convert(sid, StationId)
        except msgspec.ValidationError:
            raise ConfigError(f"--bridge {text}: {sid!r} is no id of a station") from None
        if RESERVED.fullmatch(sid):
            raise ConfigError(f"--bridge {text}: {sid} is the care side's own name, not a station")
    return name, stations
