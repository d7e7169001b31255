"""The station's boot configuration: lines and words made of its wiring, merged into what is there."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Final, NamedTuple

from firmware_config import cmdline_txt, config_txt
from firmware_config.pins import claims
from firmware_config.refusal import BootRefusal

FOLDERS: Final = ("boot/firmware", "boot")  # from Bookworm on, before
DEEPEST: Final = 8  # files that include one another


@dataclass(frozen=True, slots=True)
class Wiring:
    """BCM numbers, each with what it is for."""

    clocks: tuple[int, ...]
    data: tuple[int, ...]
    buttons: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def pins(self) -> frozenset[int]:
        """All of them."""
        return frozenset((*self.clocks, *self.data, *self.buttons, *self.outputs))


@dataclass(frozen=True, slots=True)
class Screen:
    """`mode` as in video= of the kernel (1280x720@60), "" for the screen's own; `rotate_deg` clockwise."""

    connector: str = "HDMI-A-1"
    mode: str = ""
    rotate_deg: int = 0


class BootText(NamedTuple):
    """What stands in the two files."""

    config: str
    cmdline: str


def config_lines(wiring: Wiring) -> tuple[str, ...]:
    """Return our lines of config.txt."""
    template = Template((files("firmware_config") / "boot/config.txt").read_text("utf-8"))
    text = template.substitute(
        clock_pins=_list(wiring.clocks),
        data_pins=_list(wiring.data),
        button_pins=_list(wiring.buttons),
        output_pins=_list(wiring.outputs),
    )
    return tuple(text.splitlines())


def cmdline_words(screen: Screen, *, own_core: bool) -> tuple[str, ...]:
    """Return our words of cmdline.txt; `own_core` leaves core 3 of 0 to 3 to the acquisition."""
    words = (files("firmware_config") / "boot/cmdline.txt").read_text("utf-8").split()
    parts = ([screen.mode] if screen.mode else []) + (
        [f"rotate={screen.rotate_deg}"] if screen.rotate_deg else []
    )
    if parts:
        words.append(f"video={screen.connector}:{','.join(parts)}")
    if own_core:
        words += ["isolcpus=3", "nohz_full=3", "rcu_nocbs=3"]
    return tuple(words)


def merged(
    old: BootText, wiring: Wiring, words: Sequence[str], *, included: Callable[[str], str] = lambda _: ""
) -> BootText:
    """Return both files with our part; `included` reads a file that config.txt includes ("" for none).

    Raises BootRefusal naming the first line that wants one of our pins, or a word that contradicts.
    """
    refuse_conflicts(old.config, wiring, included)
    known = _in_force(config_txt.foreign(old.config))
    lines = [line for line in config_lines(wiring) if line not in known]
    return BootText(config_txt.merge(old.config, lines), cmdline_txt.merge(old.cmdline, words))


def removed(old: BootText) -> BootText:
    """Return both files as they were. Raises BootRefusal."""
    return BootText(config_txt.remove(old.config), cmdline_txt.remove(old.cmdline))


def refuse_conflicts(text: str, wiring: Wiring, included: Callable[[str], str]) -> None:
    """Refuse a foreign line that takes a pin of ours. Raises BootRefusal."""
    texts: dict[str, str] = {}
    _gather("config.txt", config_txt.foreign(text), included, texts)
    for name, content in texts.items():
        for claim in claims(content):
            if taken := sorted(claim.pins & wiring.pins):
                pins = " and ".join(str(pin) for pin in taken)
                raise BootRefusal(
                    f"{name}: the line {claim.line!r} takes GPIO {pins}, which the station's wiring uses; "
                    "remove it, or wire the station to other pins ([board] and [panel] in station.toml)"
                )
        if name == "config.txt" and (contrary := _contrary(content)):
            raise BootRefusal(
                f"{name}: the line {contrary!r} contradicts the station; remove it, then set up again"
            )


def _in_force(text: str) -> set[str]:
    """Return the overlays that are there for every model already: loaded twice they may fail."""
    found: set[str] = set()
    section = "all"
    for line in text.splitlines():
        section = config_txt.section_at_end(line) if line.lstrip().startswith("[") else section
        if section == "all" and line.startswith("dtoverlay="):
            found.add(line.strip())
    return found


def _contrary(text: str) -> str | None:
    """Return a line that switches off what the station needs."""
    for line in text.splitlines():
        if re.match(r"\s*dtparam=(?:\S*,)?watchdog=off", line) or re.match(
            r"\s*dtoverlay=vc4-fkms-v3d", line
        ):
            return line.strip()
    return None


def _gather(name: str, text: str, included: Callable[[str], str], into: dict[str, str]) -> None:
    if name in into or len(into) >= DEEPEST:
        return
    into[name] = text
    for found in re.finditer(r"^\s*include\s+(\S+)", text, re.MULTILINE):
        _gather(found[1], included(found[1]), included, into)


def _list(pins: Sequence[int]) -> str:
    return ",".join(str(pin) for pin in pins)


def table_of(wiring: Wiring) -> Mapping[int, str]:
    """Return what `gpio=` line each pin is under, for a table."""
    return {
        **dict.fromkeys(wiring.clocks, "low from boot"),
        **dict.fromkeys(wiring.data, "input, pulled up"),
        **dict.fromkeys(wiring.buttons, "input, pulled up"),
        **dict.fromkeys(wiring.outputs, "low from boot"),
    }
