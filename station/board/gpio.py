"""The real pins, on the kernel's GPIO character device.

`gpiod` requests the eight lines once. The hot calls are one ioctl each on the request's file descriptor with
a buffer prepared before (linux/gpio.h, GPIO v2 uAPI): nothing is allocated, no other layer is passed.
"""

import errno
import fcntl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from station.board.config import BoardConfig
from station.errors import BoardError
from station.sway.reading import CELL_COUNT, CELLS

try:
    import gpiod
    from gpiod.line import Bias, Direction, Value
except ImportError as error:  # Debian's python3-libgpiod is of version 1, another interface of the same name
    raise BoardError(
        f"the Python package gpiod 2 cannot be used ({error}); install it beside the station: "
        "pip install 'gpiod>=2.2'"
    ) from error

# struct gpio_v2_line_values { __aligned_u64 bits; __aligned_u64 mask; }
VALUES_BYTES: Final = 16
# _IOWR(0xB4, 0x0E and 0x0F, struct gpio_v2_line_values)
GPIO_V2_LINE_GET_VALUES: Final = 3 << 30 | VALUES_BYTES << 16 | 0xB4 << 8 | 0x0E
GPIO_V2_LINE_SET_VALUES: Final = 3 << 30 | VALUES_BYTES << 16 | 0xB4 << 8 | 0x0F

# Bits are numbered by place in the request: PD_SCK first, then DOUT. All eight fit the lowest byte.
CLOCK_MASK: Final = (1 << CELL_COUNT) - 1
DATA_MASK: Final = CLOCK_MASK << CELL_COUNT
LOWEST_BYTE: Final = 0 if sys.byteorder == "little" else 7

# Pi 0 to 3 and Zero 2 W, Pi 4, Pi 5. Numbers of chips change between kernels, labels do not.
PI_LABELS: Final = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")
CONSUMER: Final = "balance-station"
DEVICES: Final = Path("/dev")


class LineValues:
    """One `struct gpio_v2_line_values` that is used again and again."""

    def __init__(self, mask: int) -> None:
        self.buffer = bytearray((0).to_bytes(8, sys.byteorder) + mask.to_bytes(8, sys.byteorder))


class GpioPins:
    """`Pins` of a Raspberry Pi."""

    def __init__(self, request: gpiod.LineRequest) -> None:
        """Take over a request of four PD_SCK lines followed by four DOUT lines."""
        self._request = request
        self._fd = request.fd
        self._set = LineValues(CLOCK_MASK).buffer
        self._get = LineValues(DATA_MASK).buffer
        self._closed = False

    @classmethod
    def open(cls, config: BoardConfig, *, devices: Path = DEVICES) -> Self:
        """Request the lines of the board: PD_SCK as outputs, low; DOUT as inputs, pulled up.

        Raises BoardError when there is no such chip, a line is taken, or permission is missing.
        """
        with find_chip(config.gpio_chip, devices) as chip:
            return cls(_request(chip, config))

    def set_clock(self, cells: int) -> None:
        """Drive PD_SCK high on these cells and low on the others."""
        self._set[LOWEST_BYTE] = cells
        try:
            fcntl.ioctl(self._fd, GPIO_V2_LINE_SET_VALUES, self._set)
        except OSError as error:
            raise _dead(error) from error

    def data(self) -> int:
        """Return which DOUT lines read high."""
        try:
            fcntl.ioctl(self._fd, GPIO_V2_LINE_GET_VALUES, self._get)
        except OSError as error:
            raise _dead(error) from error
        return self._get[LOWEST_BYTE] >> CELL_COUNT

    def close(self) -> None:
        """Give the lines back; the Pi's kernel leaves outputs as they are."""
        if not self._closed:
            self._closed = True
            self._request.release()


def find_chip(label: str | None, devices: Path = DEVICES) -> gpiod.Chip:
    """Return the GPIO chip with this label, or the Raspberry Pi's own, open.

    Raises BoardError when there is none, or none that may be opened.
    """
    wanted = PI_LABELS if label is None else (label,)
    paths = sorted(devices.glob("gpiochip*"))
    if not paths:
        raise BoardError(
            f"no GPIO found: there is no {devices}/gpiochip* here; "
            "run this on a Raspberry Pi, or choose the source 'simulate'"
        )
    found: list[str] = []
    denied: list[str] = []
    for path in paths:
        try:
            chip = gpiod.Chip(str(path))
        except PermissionError:
            denied.append(str(path))
            continue
        except OSError as error:
            found.append(f"{path.name} ({error.strerror})")
            continue
        its_label = chip.get_info().label
        if its_label in wanted:
            return chip
        chip.close()
        found.append(f"{path.name} ({its_label})")
    if denied:
        raise BoardError(
            f"no permission to open {', '.join(denied)}; "
            "add this user to the group gpio (sudo usermod -aG gpio $USER) and log in again"
        )
    raise BoardError(
        f"no GPIO chip is labelled {' or '.join(wanted)}, only {', '.join(found)}; "
        "set board.gpio_chip to the label that gpiodetect shows for the header's pins"
    )


def _request(chip: gpiod.Chip, config: BoardConfig) -> gpiod.LineRequest:
    clock = gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value.INACTIVE)
    data = gpiod.LineSettings(direction=Direction.INPUT, bias=Bias.PULL_UP)
    offsets = (*config.clock_pins, *config.data_pins)
    settings = [clock] * CELL_COUNT + [data] * CELL_COUNT
    try:
        request = chip.request_lines(dict(zip(offsets, settings, strict=True)), consumer=CONSUMER)
    except OSError as error:
        raise BoardError(_refusal(chip, config, error)) from error
    except ValueError as error:
        label = chip.get_info().label
        raise BoardError(f"{label} has not all of the lines {_listed(offsets)}; check board pins") from error
    return request


def _refusal(chip: gpiod.Chip, config: BoardConfig, error: OSError) -> str:
    """Say why the kernel gave no lines, and what to do."""
    if error.errno == errno.EBUSY:
        taken = _taken(chip, config) or "a line of the board is in use by another program"
        return f"{taken}; end that program, or choose other pins in [board]"
    if error.errno in {errno.EPERM, errno.EACCES}:
        return (
            f"no permission to use the lines of {chip.path}; add this user to the group gpio and log in again"
        )
    label = chip.get_info().label
    return f"{label} gave no lines ({error.strerror}); check the pins in [board]"


def _taken(chip: gpiod.Chip, config: BoardConfig) -> str:
    parts = []
    for role, pins in (("PD_SCK", config.clock_pins), ("DOUT", config.data_pins)):
        for cell, pin in zip(CELLS, pins, strict=True):
            line = chip.get_line_info(pin)
            if line.used:
                parts.append(f"GPIO {pin} ({role} of {cell}) is in use by '{line.consumer or 'the kernel'}'")
    return ", ".join(parts)


def _dead(error: OSError) -> BoardError:
    return BoardError(f"the board's GPIO lines stopped answering ({error.strerror}); restart the station")


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)
