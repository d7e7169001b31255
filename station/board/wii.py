"""A Wii Balance Board as the board: bought, not built; read through the kernel's input device.

The kernel's `hid-wiimote` shows it as "Nintendo Wii Remote Balance Board": four axes in units of 10 g, of
which only those that changed are told before each SYN. Pairing is the system's business (`bluetoothctl`).
"""

import fcntl
import struct
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, NamedTuple, Protocol, Self

from station.board.clock import Clock
from station.board.load import GRAVITY_M_S2
from station.board.reader import Rates
from station.errors import BoardError
from station.sway.reading import CELL_COUNT, Fault, Reading

NAME: Final = "Nintendo Wii Remote Balance Board"
COUNTS_PER_N: Final = 100 / GRAVITY_M_S2  # 10 g a count
# Between the sensors (Leach 2014, doi 10.3390/s141018244).
WIDTH_MM: Final = 433.0
LENGTH_MM: Final = 228.0

EV_SYN: Final = 0
EV_ABS: Final = 3
SYN_REPORT: Final = 0
SYN_DROPPED: Final = 3
# HAT1X top left, HAT0X top right, HAT1Y bottom left, HAT0Y bottom right: in corner order.
AXES: Final = (0x12, 0x10, 0x13, 0x11)
EVIOCSCLOCKID: Final = 0x400445A0
CLOCK_MONOTONIC: Final = 1

# No event means that nothing changed; with the noise of four cells that does not last. Then it is silence.
UNCHANGED_NS: Final = 100_000_000
REPEAT_NS: Final = 20_000_000


class InputEvent(NamedTuple):
    """One event of the kernel (linux/input.h); times are CLOCK_MONOTONIC."""

    t_ns: int
    type: int
    code: int
    value: int


class InputDevice(Protocol):
    """An open input device."""

    def events(self) -> Iterable[InputEvent]:
        """Return the events since the last call; never waits. Raises OSError when it has gone."""
        ...

    def axes(self) -> dict[int, int]:
        """Return the value of every axis now."""
        ...

    def close(self) -> None:
        """Close it; may be called twice."""
        ...


class WiiBoard:
    """Readings of the four cells; counts are units of 10 g."""

    def __init__(self, device: InputDevice, clock: Clock) -> None:
        self._device = device
        self._clock = clock
        self._rates = Rates()
        self._axes = device.axes()
        self._heard_ns = self._told_ns = clock.now_ns()
        self._dropped = False

    @property
    def sps(self) -> tuple[float | None, ...]:
        """Measured readings a second of each cell."""
        return self._rates.sps

    @property
    def recoveries(self) -> tuple[int, ...]:
        """The kernel looks after the link: never ours to start anew."""
        return (0,) * CELL_COUNT

    def poll(self) -> list[Reading]:
        """Return the readings since the last call. Raises BoardError when the board has gone."""
        readings: list[Reading] = []
        try:
            for event in self._device.events():
                readings += self._take(event)
        except OSError as error:
            message = f"the Wii board has gone ({error.strerror}); change its batteries, press its button"
            raise BoardError(message) from None
        return readings or self._quiet(self._clock.now_ns())

    def close(self) -> None:
        """Close the device; may be called twice."""
        self._device.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, event: InputEvent) -> list[Reading]:
        if event.type == EV_ABS and not self._dropped:
            self._axes[event.code] = event.value
        elif (event.type, event.code) == (EV_SYN, SYN_DROPPED):
            self._dropped = True  # the kernel's buffer ran over: what follows until SYN is incomplete
        elif (event.type, event.code) == (EV_SYN, SYN_REPORT):
            if self._dropped:
                self._dropped = False
                self._axes = self._device.axes()
                return self._tell(event.t_ns, Fault.LOST)
            self._heard_ns = event.t_ns
            return self._tell(event.t_ns, Fault.NONE)
        return []

    def _quiet(self, now_ns: int) -> list[Reading]:
        """Return the same again while no change is believable, silence when it is not."""
        if now_ns - self._told_ns < REPEAT_NS:
            return []
        silent = now_ns - self._heard_ns > UNCHANGED_NS
        return self._tell(now_ns, Fault.SILENT if silent else Fault.NONE)

    def _tell(self, t_ns: int, fault: Fault) -> list[Reading]:
        t_ns = max(t_ns, self._told_ns + 1)
        self._told_ns = t_ns
        good = fault is Fault.NONE
        readings = [
            Reading(t_ns, cell, self._axes.get(AXES[cell], 0) if good else 0, fault)
            for cell in range(CELL_COUNT)
        ]
        if good:
            for reading in readings:
                self._rates.count(reading)
        return readings


class EvdevDevice:
    """The real input device, through the package evdev."""

    def __init__(self, device: Any) -> None:
        self._device = device
        fcntl.ioctl(device.fd, EVIOCSCLOCKID, struct.pack("i", CLOCK_MONOTONIC))

    def events(self) -> Iterable[InputEvent]:
        """Return the events since the last call."""
        try:
            raw = list(self._device.read())
        except BlockingIOError:
            return []
        return [InputEvent(e.sec * 1_000_000_000 + e.usec * 1_000, e.type, e.code, e.value) for e in raw]

    def axes(self) -> dict[int, int]:
        """Return the value of every axis now."""
        return {axis: self._device.absinfo(axis).value for axis in AXES}

    def close(self) -> None:
        """Close it; may be called twice."""
        self._device.close()


def open_wii(clock: Clock) -> WiiBoard:
    """Return the board that is paired. Raises BoardError with the mend when there is none."""
    try:
        import evdev  # noqa: PLC0415 -- an optional extra
    except ImportError:
        raise BoardError(
            "the source wii needs the package evdev: pip install 'balance-station[wii]'"
        ) from None
    for path in evdev.list_devices():
        device = evdev.InputDevice(path)
        if device.name == NAME:
            return WiiBoard(EvdevDevice(device), clock)
        device.close()
    mend = "press its sync button, pair it with bluetoothctl, and be in the group input"
    raise BoardError(f"no Wii Balance Board is connected; {mend}")
