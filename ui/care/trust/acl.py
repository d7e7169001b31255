"""The broker's list of rights (mosquitto) for more recorders, and for clinics: made from the shipped file."""

import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Final

from station.errors import ConfigError

MOST: Final = 1_000
_USER: Final = re.compile(r"^user (?P<role>[a-z]+)-(?P<number>[1-9][0-9]*)$", re.MULTILINE)
BRIDGE: Final = re.compile(r"bridge-[1-9][0-9]*")


def shipped() -> str:
    """Return the list as it is shipped."""
    return (resources.files("firmware_config") / "mosquitto" / "care.acl").read_text(encoding="utf-8")


def rights(*, numbers: Mapping[str, int], bridges: Mapping[str, Sequence[str]]) -> str:
    """Return the list with so many of each role (`recorder`: 8), and the stations behind each bridge.

    Raises ConfigError for a role that the shipped list does not have.
    """
    paragraphs = shipped().rstrip("\n").split("\n\n")
    roles = {found["role"]: index for index, text in enumerate(paragraphs) if (found := _USER.search(text))}
    for role in numbers:
        if role not in roles:
            raise ConfigError(f"--number {role}: there is no such role; there are {', '.join(sorted(roles))}")
    for role, last in sorted(roles.items(), key=lambda item: -item[1]):
        if role in numbers:
            paragraphs = _numbered(paragraphs, role, last, numbers[role])
    paragraphs += [_bridge(_example(paragraphs), name, stations) for name, stations in bridges.items()]
    return "\n\n".join(paragraphs) + "\n"


def _numbered(paragraphs: Sequence[str], role: str, last: int, count: int) -> list[str]:
    """Return the paragraphs with 1 to `count` of this role, the last of which is at index `last`."""
    highest = int(_number(paragraphs[last]))
    stay = [text for text in paragraphs[: last + 1] if not _is_above(text, role, count)]
    lines = "\n".join(line for line in paragraphs[last].splitlines() if not line.startswith("#"))
    more = [
        re.sub(rf"\b{role}-{highest}\b", f"{role}-{number}", lines)
        for number in range(highest + 1, count + 1)
    ]
    return [*stay, *more, *paragraphs[last + 1 :]]


def _number(paragraph: str) -> str:
    found = _USER.search(paragraph)
    return found["number"] if found else "0"


def _is_above(paragraph: str, role: str, count: int) -> bool:
    found = _USER.search(paragraph)
    return found is not None and found["role"] == role and int(found["number"]) > count


def _example(paragraphs: Sequence[str]) -> list[str]:
    """Return the lines of a bridge, which stand in the shipped list as a comment."""
    commented = next(text for text in reversed(paragraphs) if "#user bridge-1" in text)
    return [line.removeprefix("#") for line in commented.splitlines() if re.match("#(user|topic)", line)]


def _bridge(example: Sequence[str], name: str, stations: Sequence[str]) -> str:
    lines = [line.replace("bridge-1", name) for line in example]
    own = [line for line in lines if "STATION" not in line]
    each = [line.replace("STATION", sid) for sid in stations for line in lines if "STATION" in line]
    return "\n".join([*own, *each])
