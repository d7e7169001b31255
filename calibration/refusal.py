"""Why a reading or a calibration is not taken: a key a screen translates, and the sentence of a terminal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from station.errors import CalibrationError

Value = str | int | float | bool | None | tuple[str | float, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """`key` never changes its meaning; `values` are what its sentence names: kg, N, mm, corners."""

    key: str
    text: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text


def refuse(key: str, text: str, **values: Value) -> Refusal:
    """Return a refusal with these values."""
    return Refusal(key, text, values)


class RefusedError(CalibrationError):
    """A calibration that cannot be made of what was measured or answered."""

    def __init__(self, key: str, text: str, **values: Value) -> None:
        super().__init__(text)
        self.refusal = Refusal(key, text, values)
