"""Wiring, boot configuration, screen and Wi-Fi country."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from firmware_config import cmdline_txt, config_txt
from firmware_config.boot import BootText, Screen, Wiring, cmdline_words, merged, removed, table_of
from firmware_config.boot_file import read_text
from firmware_config.refusal import BootRefusal
from station.config import Config
from station.errors import ConfigError
from station.setup.answers import Answers
from station.setup.change import Change, Command, FileChange, digest_of
from station.setup.place import Place
from station.setup.step import Finding, Step
from station.sway.reading import CELLS

GRAPHICAL: Final = "graphical.target"
CONSOLE: Final = "multi-user.target"
READERS: Final = ("balance-station", "balance-uplink", "balance-ui", "balance-panel")
REGDOM: Final = "cfg80211.ieee80211_regdom="


def wiring_of(config: Config) -> Wiring:
    """Return the pins of board and panel."""
    panel = config.panel
    return Wiring(
        clocks=config.board.clock_pins,
        data=config.board.data_pins,
        buttons=(panel.start_pin, panel.stop_pin),
        outputs=(panel.led_pin, panel.buzzer_pin),
    )


def pin_rows(config: Config) -> list[tuple[str, int, str]]:
    """Return what is wired to which GPIO, and how it is from boot on."""
    board, panel = config.board, config.panel
    named = [(f"{cell} DOUT", pin) for cell, pin in zip(CELLS, board.data_pins, strict=True)]
    named += [(f"{cell} PD_SCK", pin) for cell, pin in zip(CELLS, board.clock_pins, strict=True)]
    named += [("start button", panel.start_pin), ("stop button", panel.stop_pin)]
    named += [("status LED", panel.led_pin), ("buzzer", panel.buzzer_pin)]
    at_boot = table_of(wiring_of(config))
    return [(what, pin, at_boot[pin]) for what, pin in named]


def _look_wiring(place: Place, answers: Answers) -> Finding:
    if not place.unnamed:
        config = place.config()
        return Finding(
            "done", f"station {config.station.id}, source {config.source.source}: {place.config_file}"
        )
    if not answers.station:
        text = (
            'this station has no name yet; setup at a terminal asks for one, or station = "…" in the answers'
        )
        return Finding("blocked", text)
    text = (
        "# Written by balance-station setup; for other keys see /usr/share/doc/balance-station/README.md\n"
        f'[station]\nid = "{answers.station}"\n\n[source]\nsource = "{answers.source}"\n'
    )
    before = place.shipped() if place.config_file.exists() else None
    change = FileChange(place.config_file, before, text)
    words = f"name it {answers.station}, source {answers.source}, the default pins"
    return Finding("todo", words, (change, *restarted(place)))


def _undo_wiring(place: Place, _answers: Answers) -> Sequence[Change]:
    if place.unnamed:
        return ()
    text = read_text(place.config_file)
    if place.record.wrote.get("wiring") != digest_of(text):
        message = (
            f"{place.config_file} is not as setup wrote it, and stays: for another name or board change id "
            "and source in it and run setup again, or remove it"
        )
        raise ConfigError(message)
    # Not waited for: a PC has not the board of the configuration as shipped, and starts with it in vain.
    return (FileChange(place.config_file, text, place.shipped()), *restarted(place, wait=False))


def _boot_text(folder: Path) -> BootText:
    try:
        return BootText(read_text(folder / "config.txt"), read_text(folder / "cmdline.txt"))
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read ({error.strerror})") from None


def _boot_changes(folder: Path, old: BootText, new: BootText) -> tuple[FileChange, ...]:
    files = zip(("config.txt", "cmdline.txt"), old, new, strict=True)
    return tuple(FileChange(folder / name, was, to, boot=True) for name, was, to in files if was != to)


def _look_boot(place: Place, answers: Answers) -> Finding:
    folder = place.boot
    if folder is None:
        return Finding(
            "blocked", f"no boot partition of a Raspberry Pi under {place.root}: nothing to set there"
        )
    old = _boot_text(folder)
    config = place.config() if place.config_file.exists() else Config()
    words = cmdline_words(Screen(**msgspec.structs.asdict(answers.screen)), own_core=answers.own_core)

    def included(name: str) -> str:
        try:
            return read_text(folder / name)
        except OSError:
            return ""

    try:
        new = merged(old, wiring_of(config), words, included=included)
    except BootRefusal as refusal:
        return Finding("blocked", f"{folder}: {refusal}")
    changes = _boot_changes(folder, old, new)
    if changes:
        return Finding("todo", f"pins, watchdog and screen from boot on, in {folder}", changes, restart=True)
    waiting = place.live and not _in_force(place, new)
    return Finding(
        "done", f"in {folder}" + ("; restart the machine, then it holds" if waiting else ""), restart=waiting
    )


def _in_force(place: Place, new: BootText) -> bool:
    """Return whether the running kernel was started with our words."""
    running = set(read_text(place.root / "proc/cmdline").split())
    return set(cmdline_txt.ours(new.cmdline) or ()) <= running


def _undo_boot(place: Place, _answers: Answers) -> Sequence[Change]:
    folder = place.boot
    if folder is None:
        return ()
    old = _boot_text(folder)
    try:
        return _boot_changes(folder, old, removed(old))
    except BootRefusal as refusal:
        raise ConfigError(f"{folder}: {refusal}") from None


def systemctl(place: Place, *arguments: str) -> tuple[str, ...]:
    """Return the command for this machine, or for the image."""
    return ("systemctl", *(() if place.live else (f"--root={place.root}",)), *arguments)


def restarted(place: Place, *, wait: bool = True) -> tuple[Command, ...]:
    """Return what lets what runs read its configuration anew; one that does not run is not started."""
    if not (place.live and (place.root / "run/systemd/system").exists()):
        return ()
    units = (f"{unit}.service" for unit in READERS)
    return (Command(systemctl(place, *(() if wait else ("--no-block",)), "try-restart", *units)),)


def _look_display(place: Place, answers: Answers) -> Finding:
    if place.live and place.model is None:
        return Finding("blocked", "this machine is no Raspberry Pi: its desktop stays as it is")
    if answers.desktop:
        return Finding("done", "a desktop runs, as the answers ask; the kiosk is a window of it")
    ran = place.run(systemctl(place, "get-default"), "")
    if ran.code != 0:
        return Finding("blocked", f"systemctl does not say what the machine starts into ({ran.text})")
    if ran.text.strip() != GRAPHICAL:
        return Finding("done", "no desktop: the kiosk has the screen for itself (KMSDRM)")
    command = Command(systemctl(place, "set-default", CONSOLE), systemctl(place, "set-default", GRAPHICAL))
    return Finding(
        "todo", "start without a desktop: the kiosk needs the screen for itself", (command,), restart=True
    )


def _recorded(name: str) -> "_Undone":
    return _Undone(name)


class _Undone:
    """Takes back by the programs that were remembered."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, place: Place, _answers: Answers) -> Sequence[Change]:
        return [Command(tuple(argv)) for argv in reversed(place.record.undo.get(self._name, []))]


def _look_country(place: Place, answers: Answers) -> Finding:
    now = _country_now(place)
    if not answers.country:
        if now:
            return Finding("done", f"Wi-Fi country {now}")
        return Finding("by hand", "no country named: Wi-Fi stays off; a cable needs none")
    if now == answers.country:
        return Finding("done", f"Wi-Fi country {now}")
    if not place.live:
        text = "an image: the country is set on the Pi, or by network-config before the first start"
        return Finding("by hand", text)
    if place.model is None:
        return Finding("blocked", "this machine is no Raspberry Pi: its Wi-Fi stays as it is")
    ask = ("raspi-config", "nonint", "do_wifi_country")
    command = Command((*ask, answers.country), (*ask, now) if now else ())
    return Finding("todo", f"Wi-Fi country {answers.country}", (command,))


def _country_now(place: Place) -> str:
    folder = place.boot
    words = read_text(folder / "cmdline.txt").split() if folder else []
    return next((word.removeprefix(REGDOM) for word in words if word.startswith(REGDOM)), "")


WIRING: Final = Step("wiring", "Name and wiring", _look_wiring, _undo_wiring)
BOOT: Final = Step("boot", "Boot configuration", _look_boot, _undo_boot)
DISPLAY: Final = Step("display", "Screen", _look_display, _recorded("display"))
COUNTRY: Final = Step("country", "Wi-Fi country", _look_country, _recorded("country"))


def our_lines(place: Place) -> tuple[str, ...] | None:
    """Return our lines of config.txt, None where there are none."""
    folder = place.boot
    try:
        return None if folder is None else config_txt.ours(_boot_text(folder).config)
    except BootRefusal:
        return None
