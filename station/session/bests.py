"""What a person has reached before: the longest holds, and how far they lean."""

from collections.abc import Sequence

import msgspec

from station.sway.reach import DIRECTIONS
from station.training.leaning import reach_name
from station.training.routine import Side


class Held(msgspec.Struct):
    """What is read of a result here."""

    routine: str
    rung: int
    side: Side | None
    hold_s: float
    kind: str = "hold"
    measures: dict[str, float] = {}


_held = msgspec.json.Decoder(Held)


def longest_holds(results: Sequence[bytes]) -> dict[tuple[str, int, Side | None], float]:
    """Return the longest hold in seconds by routine, rung and side."""
    longest: dict[tuple[str, int, Side | None], float] = {}
    for held in map(_held.decode, results):
        key = (held.routine, held.rung, held.side)
        longest[key] = max(held.hold_s, longest.get(key, 0.0))
    return longest


def newest_reach(results: Sequence[bytes]) -> dict[str, float] | None:
    """Return the limits of stability in mm by direction (`left-forward`), as last measured."""
    for held in map(_held.decode, reversed(results)):
        if held.kind == "reach" and held.measures:
            names = {direction: reach_name(direction) for direction in DIRECTIONS}
            return {way: held.measures[name] for way, name in names.items() if name in held.measures}
    return None
