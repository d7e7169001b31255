"""What the parent may ask of a simulated board: one JSON object a line, on the child's standard input."""

import json
import os
import select
from typing import Any, Final, Literal, NamedTuple, cast, get_args

from station.board.person import Stance
from station.errors import MessageError

Deed = Literal["step_on", "step_off", "stand"]
DEEDS: Final[tuple[str, ...]] = get_args(Deed)
STANCES: Final[tuple[str, ...]] = get_args(Stance)
KEYS: Final = frozenset({"do", "hands_percent", "stance", "since_ns"})
LONGEST_LINE_BYTES: Final = 4096


class Control(NamedTuple):
    """One thing to do; None leaves as it is. `since_ns` is when it happened (CLOCK_MONOTONIC), None now."""

    do: Deed
    hands_share: float | None = None
    stance: Stance | None = None
    since_ns: int | None = None


def parse_control(line: bytes) -> Control:
    """Return what one line asks for. Raises MessageError naming the field that is wrong."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"control line not understood: {error}") from None
    if not isinstance(asked, dict):
        raise MessageError("control line not understood: it is not an object")
    unknown = sorted(set(asked) - KEYS)
    if unknown:
        raise MessageError(f"control line has an unknown key {unknown[0]!r}")
    return Control(
        cast("Deed", _one_of(asked, "do", DEEDS)),
        _hands_share(asked.get("hands_percent")),
        None if asked.get("stance") is None else cast("Stance", _one_of(asked, "stance", STANCES)),
        _since(asked.get("since_ns")),
    )


def _one_of(asked: dict[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    value = asked.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise MessageError(f"control line: {key} is {value!r}; it must be {', '.join(allowed)}")
    return value


def _hands_share(percent: object) -> float | None:
    if percent is None:
        return None
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
        raise MessageError(f"control line: hands_percent is {percent!r}; it must be a number from 0 to 100")
    return percent / 100


def _since(since_ns: object) -> int | None:
    if since_ns is None:
        return None
    if isinstance(since_ns, bool) or not isinstance(since_ns, int) or abs(since_ns) > 1 << 62:
        raise MessageError(f"control line: since_ns is {since_ns!r}; it must be a time in ns")
    return since_ns


class ControlChannel:
    """Reads lines without ever waiting, and without touching the flags of a terminal shared with others."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._open = True
        self._rest = b""
        self._readable = select.poll()
        self._readable.register(fd, select.POLLIN)

    def lines(self) -> list[bytes]:
        """Return the whole lines that have come; after end of file there are none any more."""
        if not self._open or not self._readable.poll(0):
            return []
        try:
            received = os.read(self._fd, LONGEST_LINE_BYTES)
        except OSError:
            received = b""
        if not received:
            self._open = False
            return []
        *lines, self._rest = (self._rest + received).split(b"\n")
        if len(self._rest) > LONGEST_LINE_BYTES:
            lines.append(self._rest)  # no control line is that long: it is refused, and the rest with it
            self._rest = b""
        return [line for line in lines if line.strip()]
