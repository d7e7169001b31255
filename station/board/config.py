"""How the board is wired; the defaults are the wiring the README shows."""

from typing import Annotated, Literal

import msgspec

from station.board.load import Plate
from station.errors import ConfigError
from station.sway.reading import CELLS

# What reads the real board: our own driver, or the PyPI package hx711.
ReaderName = Literal["station", "hx711"]
Bcm = Annotated[int, msgspec.Meta(ge=0, le=27)]
Millimetres = Annotated[float, msgspec.Meta(ge=100, le=2000)]


class BoardConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `[board]`. Pins are BCM numbers in corner order FL, FR, RL, RR.

    `gpio_chip` names another GPIO chip by its label (see `gpiodetect`); None finds the Raspberry Pi's own.
    `width_mm` and `length_mm` are between the cells' centres. The key `plate` names a plate file; None takes
    the station's own last one, else nominal values.
    """

    data_pins: tuple[Bcm, Bcm, Bcm, Bcm] = (5, 13, 16, 21)
    clock_pins: tuple[Bcm, Bcm, Bcm, Bcm] = (6, 19, 20, 26)
    gain: Literal[128, 64] = 128
    rate_hz: Literal[80, 10] = 80
    width_mm: Millimetres = 400.0
    length_mm: Millimetres = 400.0
    plate_file: Annotated[str, msgspec.Meta(min_length=1)] | None = msgspec.field(default=None, name="plate")
    gpio_chip: Annotated[str, msgspec.Meta(min_length=1, max_length=31)] | None = None

    def __post_init__(self) -> None:
        """Refuse a pin that is used twice. Raises ConfigError."""
        users: dict[int, str] = {}
        for key, pins in (("data_pins", self.data_pins), ("clock_pins", self.clock_pins)):
            for cell, pin in zip(CELLS, pins, strict=True):
                user = f"{key} of {cell}"
                if pin in users:
                    message = f"GPIO {pin} is both {users[pin]} and {user}; every line needs its own pin"
                    raise ConfigError(message)
                users[pin] = user

    @property
    def plate(self) -> Plate:
        """Where the cells are."""
        return Plate(self.width_mm, self.length_mm)
