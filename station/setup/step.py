"""What a step of the setup is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from station.setup.answers import Answers
from station.setup.change import Change
from station.setup.place import Place

State = Literal["done", "todo", "by hand", "blocked"]


@dataclass(frozen=True, slots=True)
class Finding:
    """How a step stands: `text` for a person, `changes` that would do it. Nothing is changed by looking."""

    state: State
    text: str
    changes: tuple[Change, ...] = ()
    restart: bool = False  # it holds from the next start of the machine on


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the setup. `undone` returns what takes it back; it raises StationError where nothing can."""

    name: str
    title: str
    look: Callable[[Place, Answers], Finding]
    undone: Callable[[Place, Answers], Sequence[Change]]
