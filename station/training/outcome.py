"""What comes out of the machines: things that happened, each at a sample's time."""

from dataclasses import dataclass, field
from typing import Literal

AttemptOutcome = Literal["done", "lost", "stopped", "fault"]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened at a sample's time."""

    kind: str
    t_ns: int
    detail: dict[str, str | float | int | bool | None] = field(default_factory=dict)
