"""The plate before the present one into use again: through the running station, or in its folder."""

from pathlib import Path
from typing import Any, Final

from calibration.refusal import RefusedError
from calibration.rights import refuse_without_rights
from calibration.session_board import SessionBoard, answers_at
from station.config import Config, socket_path
from station.session.plates import Plates
from station.session.protocol import PlateTaken
from station.sway.plate_file import PlateFile
from station.weighing import own_plates

NO_PREVIOUS: Final = ("no_previous", "there is no calibration before this one to go back to")


def restore(config: Config) -> dict[str, Any]:
    """Take it into use; return its `id`, when it was `made` (RFC 3339) and `who` made it.

    Raises CalibrationError when there is none or it cannot be used, BoardError when somebody trains.
    """
    refuse_without_rights(config, "restore")
    path = socket_path(config)
    # A running station must weigh with it at once; and its plates are where the kiosk's user sees nothing.
    taken = _through(path) if answers_at(path) else _in_folder(own_plates(config))
    return {"id": taken.id, "made": taken.made, "who": taken.who}


def _through(path: Path) -> PlateTaken:
    board = SessionBoard(path)
    try:
        if not board.before:
            raise RefusedError(*NO_PREVIOUS)
        return board.restore_plate()
    finally:
        board.close()


def _in_folder(plates: Plates) -> PlateFile:
    if len(plates.history()) < 2:
        raise RefusedError(*NO_PREVIOUS)
    return plates.restore()
