"""Which header pins foreign lines of config.txt take: gpio lines, overlays and parameters.

Source: boot/overlays/README of raspberrypi/firmware; pins are BCM numbers.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

I2S: Final = frozenset({18, 19, 20, 21})
SPI0: Final = frozenset({7, 8, 9, 10, 11})
SPI1: Final = frozenset({16, 17, 18, 19, 20, 21})
# How overlays begin that take these pins whatever their parameters say. The longest that fits holds.
FIXED: Final[Mapping[str, frozenset[int]]] = {
    **dict.fromkeys(
        (
            "hifiberry",
            "iqaudio",
            "allo-",
            "justboom",
            "audioinjector",
            "i-sabre",
            "googlevoicehat",
            "rpi-dac",
            "i2s-",
            "max98357a",
            "adau",
            "wm8960",
            "merus-amp",
            "rpi-codeczero",
            "rpi-proto",
            "dionaudio",
            "fe-pi",
            "pisound",
        ),
        I2S,
    ),
    "spi0-": SPI0,
    "spi1-": SPI1,
    "spi3": frozenset({0, 1, 2, 3, 24}),
    "spi4": frozenset({4, 5, 6, 7, 25}),
    "spi5": frozenset({12, 13, 14, 15, 26}),
    "spi6": frozenset({18, 19, 20, 21, 27}),
    "uart2": frozenset({0, 1, 2, 3}),
    "uart3": frozenset({4, 5, 6, 7}),
    "uart4": frozenset({8, 9, 10, 11}),
    "uart5": frozenset({12, 13, 14, 15}),
    "i2c3": frozenset({4, 5}),
    "i2c4": frozenset({8, 9}),
    "i2c5": frozenset({12, 13}),
    "i2c6": frozenset({22, 23}),
    "dpi": frozenset(range(28)),
    "vc4-kms-dpi": frozenset(range(28)),
    "sdio": frozenset(range(22, 28)),
    "audremap": frozenset({18, 19}),
    "pwm-2chan": frozenset({18, 19}),
    "mcp2515": frozenset({*SPI0, 25}),
    "piscreen": frozenset({*SPI0, 17, 22, 24}),
    "pitft": frozenset({*SPI0, 24, 25}),
    "tft35a": frozenset({*SPI0, 17, 24, 25}),
}
# Pins that an overlay takes unless a parameter of the line names another.
DEFAULT: Final[Mapping[str, int]] = {
    "w1-gpio": 4,
    "dht11": 4,
    "gpio-shutdown": 3,
    "gpio-poweroff": 26,
    "gpio-fan": 12,
    "gpio-ir": 18,
    "gpio-ir-tx": 18,
    "pwm": 18,
    "pwm-ir-tx": 18,
    "pps-gpio": 18,
    "gpio-led": 4,
}
PARAMETERS: Final[Mapping[str, frozenset[int]]] = {
    "i2s": I2S,
    "spi": SPI0,
    "i2c_arm": frozenset({2, 3}),
    "i2c1": frozenset({2, 3}),
    "i2c": frozenset({2, 3}),
    "i2c_vc": frozenset({0, 1}),
    "i2c0": frozenset({0, 1}),
    "uart0": frozenset({14, 15}),
}
_PIN: Final = re.compile(
    r"^(?:gpio_?pin\d?|gpio|pin\d?|extpullup|pullup|.*_(?:gpio|pin)|interrupt|.*_int_pin)$"
)


class Claim(NamedTuple):
    """A line of config.txt and the pins it takes."""

    line: str
    pins: frozenset[int]


def claims(text: str) -> Iterator[Claim]:
    """Yield each line that takes pins, under whatever filter it stands."""
    for raw in text.splitlines():
        line = raw.strip()
        key, equals, value = line.partition("=")
        if line.startswith("#") or not equals:
            continue
        pins = _taken(key.strip(), value.strip())
        if pins:
            yield Claim(line, pins)


def _taken(key: str, value: str) -> frozenset[int]:
    match key:
        case "gpio":
            return _listed(value.partition("=")[0])
        case "dtoverlay":
            return _of_overlay(value)
        case "dtparam":
            parts = dict(part.partition("=")[::2] for part in value.split(","))
            on = (
                PARAMETERS[name] for name, set_to in parts.items() if name in PARAMETERS and set_to != "off"
            )
            return frozenset().union(*on)
        case "enable_uart" if value == "1":
            return frozenset({14, 15})
    return frozenset()


def _of_overlay(value: str) -> frozenset[int]:
    name, *parts = re.split(r"[,:]", value)
    fixed = max((begin for begin in FIXED if name.startswith(begin)), key=len, default=None)
    named = {
        int(number)
        for part in parts
        for key, _, number in [part.partition("=")]
        if _PIN.match(key.strip()) and number.strip().isdecimal() and int(number) <= 27
    }
    if not named and name in DEFAULT:
        named = {DEFAULT[name]}
    return frozenset(named) | (FIXED[fixed] if fixed else frozenset())


def _listed(text: str) -> frozenset[int]:
    """Return the pins of a list as `gpio=` takes it: 3-4,6."""
    pins: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first.isdecimal() and (last or first).isdecimal():
            pins.update(range(int(first), min(int(last or first), 53) + 1))
    return frozenset(pins)
