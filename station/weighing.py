"""Which plate a station weighs with: the one its configuration names, its own last one, or nominal values."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from station.board import wii
from station.config import Config, state_folder
from station.errors import CalibrationError
from station.session.plates import Plates, read_plate_file
from station.sway.plate import Plate
from station.sway.plate_file import check_usable

# One cell of the nominal board: 2000 counts a newton, the scale of a 50 kg half-bridge cell at gain 128.
NOMINAL_COUNTS_PER_N: Final = 2000.0
FOLDER: Final = "plates"


def own_plates(config: Config) -> Plates:
    """Return the plates this station has had."""
    return Plates(state_folder(config) / FOLDER)


def plate_in_use(config: Config, now: datetime, *, log: Callable[[str], None]) -> Plate:
    """Return the calibrated plate of this board, or the nominal one, and log why it is nominal.

    Raises CalibrationError when the configuration names a plate file that cannot be used. The station's own
    plate is not asked for by name: when it cannot be used, training goes on with nominal values.
    """
    size_mm = nominal_plate(config).size_mm
    named = config.board.plate_file
    try:
        file = read_plate_file(Path(named)) if named else own_plates(config).current()
        if file is not None:
            check_usable(file, station=config.station.id, size_mm=size_mm, sim=config.source.sim, now=now)
            return file.board()
        if not config.source.sim:  # simulated chips have nominal values in truth
            log("the board was never calibrated: nominal values; calibrate with balance-calibrate plate")
    except CalibrationError as error:
        if named:
            raise
        log(f"nominal values are used: {error}")
    return nominal_plate(config)


def nominal_plate(config: Config) -> Plate:
    """Return the plate of a board that was never calibrated."""
    if config.source.source == "wii":
        return Plate((wii.COUNTS_PER_N,) * 4, (0.0,) * 4, wii.WIDTH_MM, wii.LENGTH_MM)
    counts_per_n = (NOMINAL_COUNTS_PER_N,) * 4
    return Plate(counts_per_n, (0.0,) * 4, config.board.width_mm, config.board.length_mm)
