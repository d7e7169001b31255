"""Check, calibration and units: done by the station's own programs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from firmware_config.boot_file import read_text
from station.config import Config
from station.errors import CalibrationError, ConfigError
from station.session.plates import Plates, read_plate_file
from station.setup.answers import Answers
from station.setup.boot_steps import systemctl
from station.setup.change import Change, Command
from station.setup.place import Place
from station.setup.step import Finding, Step
from station.sway.plate_file import PlateFile, check_usable

UNITS: Final = ("balance-station", "balance-uplink", "balance-ui", "balance-panel")
UNIT_FOLDERS: Final = ("etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")
# Restart=always: a unit that dies again and again is hardly ever "failed", it waits for its next turn.
FAILING: Final = frozenset({"failed", "auto-restart", "auto-restart-queued"})
# Restarted by systemd at least so often, the last time less than so long ago: it dies again and again.
OFTEN: Final = 2
LATELY_S: Final = 60.0
ASKED: Final = ("SubState", "NRestarts", "ActiveEnterTimestampMonotonic")


def _look_check(place: Place, _answers: Answers) -> Finding:
    if not place.live:
        return Finding(
            "by hand", "an image has no board; check it on the Pi: balance-station check --corners"
        )
    seen = place.record.seen.get("check")
    if seen == "fit":
        return Finding("done", "the board is fit for use; look again with: balance-station check --corners")
    command = Command((*place.as_station("check", "--json"),))
    text = "leave the board empty; ten seconds" if seen is None else f"not fit when last looked at: {seen}"
    return Finding("todo", text, (command,))


def _look_calibration(place: Place, _answers: Answers) -> Finding:
    config = place.config()
    if config.source.source != "gpio":
        return Finding("done", f"source {config.source.source}: it is known what it weighs")
    text = "sudo balance-calibrate plate, or the kiosk's service area (hold the top left corner): Calibration"
    try:
        plate = _plate_of(place, config)
    except CalibrationError as error:
        return Finding("by hand", f"nominal values are used: {error}; {text}")
    if plate is None:
        return Finding("by hand", f"never calibrated, nominal values are used: {text}")
    return Finding("done", f"the board has a plate of its own, {plate.id}")


def _plate_of(place: Place, config: Config) -> PlateFile | None:
    """Return the plate this board is weighed with. Raises CalibrationError for one that is not for it."""
    file = config.board.plate_file
    plate = read_plate_file(Path(file)) if file else Plates(place.state() / "plates").current()
    if plate is not None:
        size_mm = (config.board.width_mm, config.board.length_mm)
        now = datetime.now(UTC)
        check_usable(plate, station=config.station.id, size_mm=size_mm, sim=config.source.sim, now=now)
    return plate


def _installed(place: Place) -> list[str]:
    return [
        unit
        for unit in UNITS
        if any((place.root / folder / f"{unit}.service").exists() for folder in UNIT_FOLDERS)
    ]


def _look_units(place: Place, _answers: Answers) -> Finding:
    units = _installed(place)
    if not units:
        return Finding("blocked", "no units of the station are installed; install the package first")
    if place.unnamed:
        return Finding("blocked", "the station has no name yet (step wiring)")
    off = [
        unit
        for unit in units
        if place.run(systemctl(place, "is-enabled", f"{unit}.service"), "").text.strip() != "enabled"
    ]
    if not off:
        if failing := _failing(place, units):
            who = f"{' and '.join(failing)} {'fails' if len(failing) == 1 else 'fail'}"
            logs = " ".join(f"-u {unit}" for unit in failing)
            return Finding("blocked", f"{who}; why, it says: sudo journalctl {logs} -n 30")
        return Finding("done", f"{', '.join(units)} start with the machine")
    names = [f"{unit}.service" for unit in off]
    now = ("--now",) if place.live else ()
    command = Command(systemctl(place, "enable", *now, *names), systemctl(place, "disable", *now, *names))
    return Finding("todo", f"start {', '.join(off)} with the machine", (command,))


def _failing(place: Place, units: Sequence[str]) -> list[str]:
    """Return which units have ended badly or wait to be tried again; of an image nobody knows.

    One that has nothing to do here (no panel, no console) has ended well, and is none of them.
    """
    return [unit for unit in units if place.live and _fails(place, unit)]


def _fails(place: Place, unit: str) -> bool:
    """Return whether a unit has ended badly, or ended before and starts again or runs for a moment only."""
    ran = place.run(systemctl(place, "show", f"--property={','.join(ASKED)}", f"{unit}.service"), "")
    told = dict(line.split("=", 1) for line in ran.text.splitlines() if ran.code == 0 and "=" in line)
    state, restarts = told.get("SubState", ""), int(told.get("NRestarts") or 0)
    if state in FAILING or (state.startswith("start") and restarts):
        return True
    up_s, since_us = read_text(place.root / "proc/uptime").partition(" ")[0], told.get(ASKED[2], "")
    if restarts < OFTEN or not up_s or not since_us.isdecimal():
        return False
    return float(up_s) - int(since_us) / 1e6 < LATELY_S


def _undo_units(place: Place, _answers: Answers) -> Sequence[Change]:
    return [Command(tuple(argv)) for argv in reversed(place.record.undo.get("units", []))]


def _nothing(_place: Place, _answers: Answers) -> Sequence[Change]:
    return ()


def _undo_calibration(_place: Place, _answers: Answers) -> Sequence[Change]:
    raise ConfigError(
        "the one before comes back with sudo balance-calibrate restore, or in the kiosk's service area"
    )


CHECK: Final = Step("check", "Check of the board", _look_check, _nothing)
CALIBRATION: Final = Step("calibration", "Calibration", _look_calibration, _undo_calibration)
UNITS_STEP: Final = Step("units", "Start with the machine", _look_units, _undo_units)
