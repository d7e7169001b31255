"""The panel on the Pi's pins, by gpiozero: the one place of the session's room that imports it."""

import os
import queue
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from station.errors import BoardError
from station.session.panel import Beep, Button, Lamp
from station.session.panel_config import PanelConfig

if TYPE_CHECKING:
    from gpiozero.pins import Factory

BOUNCE_S: Final = 0.02
BLINK_S: Final = 0.5
BOTH_S: Final = 3.0  # as long as on the screen and on a keyboard
ALL_ELSE: Final = "buttons, LED and buzzer do nothing, all else works without them"
# By the package that is missing: lgpio is of the system, gpiozero comes with the station.
MEND: Final = {
    "lgpio": "sudo apt install python3-lgpio (Raspberry Pi OS has it, a plain Debian does not)",
    "gpiozero": "pip install '.[panel]' in this environment; the Debian package brings it along",
}
# How often and how long (on, off in s).
BEEPS: Final[dict[Beep, tuple[int, float, float]]] = {
    "begin": (1, 0.15, 0.1),
    "pause": (1, 0.5, 0.1),
    "done": (2, 0.15, 0.15),
    "here": (6, 0.08, 0.12),
    "alarm": (20, 0.5, 0.5),
}


class GpioHardware:
    """Two buttons that close to ground, an LED and a buzzer that are driven high."""

    def __init__(
        self, config: PanelConfig, factory: "Factory | None" = None, *, both_s: float = BOTH_S
    ) -> None:
        """Take the pins; both buttons held for `both_s` seconds are told as one press of both.

        Raises BoardError with the mend where there is no GPIO, or a pin is in use.
        """
        factory = _lgpio() if factory is None else factory
        import gpiozero  # noqa: PLC0415 -- only a panel needs it

        self._presses: queue.SimpleQueue[Button] = queue.SimpleQueue()
        self._pressed: int | None = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._outputs: list[gpiozero.DigitalOutputDevice] = []
        self._buttons: list[gpiozero.DigitalInputDevice] = []
        self._both_s, self._both_told = both_s, False
        try:
            self._led = gpiozero.LED(config.led_pin, pin_factory=factory)
            self._outputs.append(self._led)
            self._buzzer = gpiozero.Buzzer(config.buzzer_pin, pin_factory=factory)
            self._outputs.append(self._buzzer)
            for pin in (config.start_pin, config.stop_pin):
                # Its Button has a thread that looks ten times a second whether it is held, all day.
                part = gpiozero.DigitalInputDevice(
                    pin, pull_up=True, bounce_time=BOUNCE_S, pin_factory=factory
                )
                self._buttons.append(part)
            self._start, self._stop = self._buttons
        except gpiozero.GPIOZeroError as error:
            self.close()
            raise BoardError(f"no panel: {error}; see the pins of [panel]") from None
        self._watch()

    def _watch(self) -> None:
        """Have gpiozero call, in a thread of its own, what a press means."""
        self._start.when_activated = self._on_start
        self._stop.when_activated = lambda: self._put("stop")

    def _on_start(self) -> None:
        # A start while stop is held is the way to the service area: it must begin no session.
        if not self._stop.is_active:
            self._put("start")

    def _are_held(self) -> bool:
        """Return whether both buttons have been held for so long; of each time once."""
        held_s = [button.active_time for button in self._buttons]
        if any(seconds is None for seconds in held_s):
            self._both_told = False
            return False
        told, self._both_told = self._both_told, min(held_s) >= self._both_s
        return self._both_told and not told

    def _put(self, press: Button) -> None:
        self._presses.put(press)
        if self._pressed is not None:
            os.eventfd_write(self._pressed, 1)

    def fileno(self) -> int:
        """Return a descriptor that is readable while a press waits, -1 after the end."""
        return -1 if self._pressed is None else self._pressed

    def presses(self) -> list[Button]:
        """Return the presses since the last call, oldest first; that both are held is seen here."""
        if self._are_held():
            self._put("both")
        with suppress(BlockingIOError):
            os.eventfd_read(self.fileno())
        return [self._presses.get_nowait() for _ in range(self._presses.qsize())]

    def light(self, lamp: Lamp) -> None:
        """Show this on the LED."""
        match lamp:
            case "on":
                self._led.on()
            case "off":
                self._led.off()
            case "blink":
                self._led.blink(BLINK_S, BLINK_S)

    def beep(self, beep: Beep) -> None:
        """Begin this signal; one that still sounds gives way."""
        times, on_s, off_s = BEEPS[beep]
        self._buzzer.beep(on_s, off_s, n=times)

    def close(self) -> None:
        """Go dark and silent and give the pins back; may be called twice."""
        for output in self._outputs:
            output.off()  # closing alone lets the pin float as it was
            output.close()
        for button in self._buttons:
            button.close()
        self._outputs, self._buttons = [], []
        if self._pressed is not None:
            os.close(self._pressed)
            self._pressed = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _lgpio() -> "Factory":
    """Return gpiozero's way to the pins through lgpio; never another one by chance.

    Raises BoardError when gpiozero, lgpio or the pins are not there.
    """
    try:
        import lgpio  # noqa: PLC0415 -- only a Pi has it
        from gpiozero import GPIOZeroError  # noqa: PLC0415 -- only a panel needs it
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415

        refusals = (lgpio.error, GPIOZeroError, OSError)
    except ImportError as error:
        missing = "gpiozero" if (error.name or "").startswith("gpiozero") else "lgpio"
        message = f"no panel: {missing} is not on this computer; {ALL_ELSE}; for a panel: {MEND[missing]}"
        raise BoardError(message) from None
    except AttributeError:  # pip installs an empty lgpio 0.0.0.2 where there is no wheel
        message = "no panel: this lgpio is the empty package 0.0.0.2; remove it and install python3-lgpio"
        raise BoardError(message) from None
    try:
        return LGPIOFactory()
    except refusals as error:
        raise BoardError(f"no panel: {error}; run this on a Raspberry Pi, in group gpio") from None
