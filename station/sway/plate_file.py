"""The plate file: a calibrated plate with its id, its history and how good it is; one JSON document.

The id is the hash of the content, so a file that was changed, cut short or mistyped gives itself away.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
import rfc8785

from station.errors import CalibrationError, ConfigError
from station.sway.plate import Plate, plate_from_dict

FORMAT: Final = "balance-plate-1"
ID_DIGITS: Final = 12
# Cells creep and age; a yearly calibration is usual for scales, and a month's grace for busy people.
MAX_AGE_DAYS: Final = 400
SAME_SIZE_MM: Final = 1.0

Text = Annotated[str, msgspec.Meta(max_length=200)]


class PlatePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One measured point; `off` is relative force, x and y in mm, told minus true; None for a tare.

    `left_out` is the reason why the fit does not rest on it, empty when it does.
    """

    x_mm: float
    y_mm: float
    force_n: float
    counts: tuple[float, float, float, float]
    use: Literal["fit", "verify"]
    off: tuple[float, float, float] | None = None
    left_out: str = ""


class PlaceError(msgspec.Struct, frozen=True, kw_only=True):
    """Half widths of the calibration's 95 % intervals at one place and load."""

    x_mm: float
    y_mm: float
    load_n: float
    x95_mm: float
    y95_mm: float
    force95_n: float


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """Errors on points the fit has not seen: CoP in mm (its RMSE with a 95 % interval), force relative."""

    points: int
    own_points: bool
    rmse_mm: float
    rmse_low_mm: float
    rmse_high_mm: float
    max_mm: float
    force_rms: float
    force_max: float
    light: Literal["green", "amber"]


class PlateFile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one calibration.

    `station` is the id of the board it is for, empty for any; `sim` when the board was simulated; `made` is
    RFC 3339. `matrix` is for readers; `plate` is what is used.
    """

    format: Literal["balance-plate-1"] = FORMAT
    id: str = ""
    station: Text = ""
    sim: bool
    made: str
    who: Text
    temperature_c: float | None = None
    masses_n: tuple[float, ...]
    plate: dict[str, Any]
    matrix: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
    points: tuple[PlatePoint, ...]
    uncertainty: tuple[PlaceError, ...]
    verified: Verified

    def board(self) -> Plate:
        """Return the plate, named by this file's id. Raises CalibrationError."""
        try:
            return plate_from_dict({**self.plate, "calibration": self.id})
        except ConfigError as error:
            raise CalibrationError(f"plate file {self.id}: {error}") from None


def encode_plate_file(file: PlateFile) -> tuple[str, bytes]:
    """Return the id and the bytes of a plate file; whatever id it had is replaced."""
    content = msgspec.to_builtins(file)
    content["id"] = _content_id(content)
    return content["id"], json.dumps(content, indent=1).encode() + b"\n"


def _content_id(content: dict[str, Any]) -> str:
    canonical = rfc8785.dumps({key: value for key, value in content.items() if key != "id"})
    return f"cal-{hashlib.sha256(canonical).hexdigest()[:ID_DIGITS]}"


def decode_plate_file(data: bytes, *, where: str) -> PlateFile:
    """Return the plate file of these bytes. Raises CalibrationError saying what is wrong with it."""
    again = "restore the previous plate or calibrate again"
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise CalibrationError(f"{where} is damaged: it is not a whole JSON document; {again}") from None
    if not isinstance(content, dict) or not str(content.get("format", "")).startswith("balance-plate-"):
        raise CalibrationError(f"{where} is no plate file; name one written by balance-calibrate")
    if content["format"] != FORMAT:
        raise CalibrationError(f"{where} has the format {content['format']}; this station reads {FORMAT}")
    try:
        file = msgspec.convert(content, PlateFile)
        whole = file.id == _content_id(content)
    except (msgspec.ValidationError, rfc8785.CanonicalizationError) as error:
        raise CalibrationError(f"{where} is damaged: {error}; {again}") from None
    if not whole:
        raise CalibrationError(
            f"{where} is damaged: its content does not belong to its id {file.id}; {again}"
        )
    file.board()
    return file


def check_usable(
    file: PlateFile, *, station: str, size_mm: tuple[float, float], sim: bool, now: datetime
) -> None:
    """Refuse a plate file that is not for this board or too old. Raises CalibrationError with the reason."""
    if file.station and file.station != station:
        raise CalibrationError(f"plate {file.id} belongs to station {file.station}, this is {station}")
    if file.sim and not sim:
        raise CalibrationError(f"plate {file.id} was made on a simulated board; calibrate this one")
    plate = file.board()
    if any(abs(a - b) > SAME_SIZE_MM for a, b in zip(plate.size_mm, size_mm, strict=True)):
        raise CalibrationError(
            f"plate {file.id} is for cells {plate.width_mm:g} × {plate.length_mm:g} mm apart; "
            f"this board is configured with {size_mm[0]:g} × {size_mm[1]:g} mm"
        )
    age_days = (now.astimezone(UTC) - _date(file)).days
    if age_days > MAX_AGE_DAYS:
        raise CalibrationError(
            f"plate {file.id} is {age_days} days old; calibrate again after {MAX_AGE_DAYS}"
        )


def _date(file: PlateFile) -> datetime:
    try:
        made = datetime.fromisoformat(file.made)
    except ValueError:
        raise CalibrationError(f"plate {file.id}: its date {file.made!r} cannot be read") from None
    return made if made.tzinfo else made.replace(tzinfo=UTC)
