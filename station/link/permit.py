"""Whether a request to update is the care side's own, for this station, new and in time."""

from collections.abc import Callable
from datetime import datetime

from station.errors import PaperError, PrescriptionError, UpdateError
from station.link.asked import UpdateRequest, decode_signed_request
from station.link.keyring import KeyKeeper
from station.training.prescription import parse_time


class Permit:
    """Checks requests for one station; `now` is the wall time."""

    def __init__(self, keeper: KeyKeeper, station: str, now: Callable[[], datetime]) -> None:
        self._keeper = keeper
        self._station = station
        self._now = now

    def read(self, document: bytes) -> UpdateRequest:
        """Return a request that was signed for this station. Raises UpdateError or MessageError."""
        signed, request = decode_signed_request(document)
        try:
            self._keeper.vouch(signed.key, signed.request, signed.sig)
        except PaperError as error:
            raise UpdateError(str(error)) from None
        if request.station != self._station:
            raise UpdateError(f"it is for station {request.station}, and this one is {self._station}")
        return request

    def check(self, request: UpdateRequest, *, last: int) -> None:
        """Raise UpdateError unless it is newer than the `last` and not over."""
        if request.number <= last:
            raise UpdateError(
                f"request {request.number} is not newer than request {last}: it was sent before"
            )
        if self.is_over(request):
            raise UpdateError(f"it came too late: it was to be used until {request.expires}")

    def is_over(self, request: UpdateRequest) -> bool:
        """Return whether its time is over. Raises UpdateError for an end that is none."""
        try:
            return self._now() >= parse_time(request.expires, where="expires")
        except PrescriptionError as error:
            raise UpdateError(str(error)) from None
