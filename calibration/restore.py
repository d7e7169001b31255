"""The plate before the present one into use again: through the running station, or in its folder."""

from typing import Any

from calibration.refusal import RefusedError
from calibration.rights import refuse_without_rights
from calibration.session_board import SessionBoard, answers_at
from station.config import Config, socket_path
from station.weighing import own_plates


def restore(config: Config) -> dict[str, Any]:
    """Take it into use; return its `id`, when it was `made` (RFC 3339) and `who` made it.

    Raises CalibrationError when there is none or it cannot be used, BoardError when somebody trains.
    """
    refuse_without_rights(config, "restore")
    plates = own_plates(config)
    if len(plates.history()) < 2:
        raise RefusedError("no_previous", "there is no calibration before this one to go back to")
    path = socket_path(config)
    if answers_at(path):  # a running station must weigh with it at once
        board = SessionBoard(path)
        try:
            board.restore_plate()
        finally:
            board.close()
        file = plates.current()
    else:
        file = plates.restore()
    assert file is not None  # noqa: S101 -- there were two
    return {"id": file.id, "made": file.made, "who": file.who}
