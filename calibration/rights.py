"""Whether this user can bring a calibration to an end: known before anybody is asked for a mass."""

import os
from pathlib import Path

from calibration.session_board import answers_at
from calibration.spoken import Verb
from station.config import INSTALLED_STATE, Config, sees_station, socket_path, state_folder
from station.errors import CalibrationError


def refuse_without_rights(config: Config, verb: Verb) -> None:
    """Raise CalibrationError for a user who does not see the station, or could not keep the steps of `plate`.

    Through a running station whoever reaches its socket may do all of it, as the kiosk does.
    """
    folder = state_folder(config) if sees_station(config) else INSTALLED_STATE
    sees_all = sees_station(config) or answers_at(socket_path(config))
    if sees_all and (verb != "plate" or _may_write(state_folder(config))):
        return
    raise CalibrationError(
        f"{folder} is not for this user; do it as the station's, with sudo balance-calibrate {verb}"
    )


def _may_write(folder: Path) -> bool:
    """Return whether this user may write there, or make the folder where there is none yet."""
    there = next(path for path in (folder, *folder.absolute().parents) if os.access(path, os.F_OK))
    return os.access(there, os.W_OK | os.X_OK)
