"""Another plate for the running station: examined as at its start, installed, and the one before kept."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from station.errors import CalibrationError
from station.session.plates import Plates
from station.sway.plate_file import PlateFile, check_usable, decode_plate_file


@dataclass(frozen=True, slots=True)
class PlateExchange:
    """Takes plates into use for one station. `named` is the plate file its configuration insists on."""

    plates: Plates
    station: str
    size_mm: tuple[float, float]
    sim: bool
    named: str | None
    now: Callable[[], datetime]

    def take(self, document: bytes) -> PlateFile:
        """Install a plate file and return it. Raises CalibrationError with the reason to refuse it."""
        self._examine(file := decode_plate_file(document, where="the plate sent"))
        self.plates.install(file)
        return file

    def restore(self) -> PlateFile:
        """Return the plate file before this one, in use again. Raises CalibrationError when it cannot be."""
        self._examine(self.plates.previous())
        return self.plates.restore()

    @property
    def before(self) -> bool:
        """Whether there is a plate to go back to; what is wrong with a damaged list is said when asked."""
        try:
            return len(self.plates.history()) > 1
        except CalibrationError:
            return True

    def made(self, cal: str) -> str | None:
        """Return when this plate was made (RFC 3339); None where that is not known."""
        with suppress(CalibrationError):
            file = self.plates.current()
            return file.made if file is not None and file.id == cal else None
        return None

    def _examine(self, file: PlateFile) -> None:
        if self.named:
            raise CalibrationError(
                f"the configuration names the plate file {self.named}; take plate out of [board], "
                "start the station again and then calibrate"
            )
        check_usable(file, station=self.station, size_mm=self.size_mm, sim=self.sim, now=self.now())
