"""The board of the running station, in service mode: it keeps its pins, and nobody trains meanwhile."""

import json
import math
import select
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from calibration.dialogue import Step
from station.errors import BoardError, CalibrationError, MessageError
from station.session.client import SessionClient
from station.session.protocol import (
    MAX_PLATE_BYTES,
    Calibrated,
    PlateTaken,
    Readings,
    Refused,
    RestorePlate,
    Service,
    SimulatePlace,
    TakePlate,
    Weighed,
)
from station.sway.drift import Advice, SpanCheck
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading
from station.training.snapshot import Snapshot

WAIT_S: Final = 0.05
MOST_WAITS: Final = 100  # five seconds for an answer
SETTLE_NS: Final = 200_000_000  # a simulated load lies there after this time
PRESS_N: Final = 120.0
SWAY_MM: Final = 15.0
SWAY_PERIOD_NS: Final = 3_000_000_000
SWAY_EVERY_NS: Final = 100_000_000


class SessionBoard:
    """A `calibration.board.Board` over the session socket at `path`; also takes plates into use there.

    `wait` lets some 50 ms pass; without it the socket is waited on.
    """

    def __init__(
        self, path: Path, *, name: str = "calibration", wait: Callable[[], None] | None = None
    ) -> None:
        """Ask for service. Raises BoardError when no station answers or it does not give the board away."""
        self._wait = wait or self._await_packet
        self._got: list[Reading] = []
        self._newest_ns = self._from_ns = 0
        self._in_service = False
        self._swaying_n: float | None = None
        self._swayed_ns = 0
        self._taken: list[PlateTaken] = []
        self._calibrated: Calibrated | None = None
        self._refused: str | None = None
        self.sim: bool | None = None
        try:
            self._client = SessionClient(path, name=name)
        except ConnectionError as error:
            raise BoardError(str(error)) from None
        try:
            self._ask_for_service()
        except BoardError:
            self._client.close()
            raise

    @property
    def plate(self) -> Plate:
        """Return the plate the station weighs with, with the zero of its calibration."""
        return self._told.plate

    @property
    def before(self) -> bool:
        """Return whether there is a plate to go back to."""
        return self._told.before

    @property
    def advice(self) -> Sequence[Advice]:
        """Return why to calibrate again, as the station knows it."""
        return self._told.advice

    @property
    def _told(self) -> Calibrated:
        assert self._calibrated is not None  # noqa: S101 -- service does not begin without it
        return self._calibrated

    def remember(self, check: SpanCheck) -> None:
        """Let the station remember a check with a known mass; raises as `take_plate` does."""
        before = self._calibrated
        self._send(Weighed(cal=check.cal, off=check.off))
        refused = self._until(lambda: self._calibrated is not before)
        if refused is not None:
            raise CalibrationError(refused)

    def put(self, step: Step) -> None:
        """Do the step on a simulated board; a real one leaves it to the person. Raises BoardError."""
        if not self.sim:
            return
        force_n = PRESS_N if step.kind == "press" else step.force_n
        self._send(SimulatePlace(force_n=force_n, x_mm=step.x_mm, y_mm=step.y_mm))
        self._swaying_n = step.force_n if step.kind == "person" else None
        self._from_ns = self._newest_ns + SETTLE_NS

    def readings(self) -> list[Reading]:
        """Return what has come since the last call; waits some 50 ms. Raises BoardError."""
        self._wait()
        self._hear()
        self._sway()
        got, self._got = self._got, []
        return [reading for reading in got if reading.t_ns >= self._from_ns]

    def take_plate(self, document: bytes) -> str:
        """Let the station weigh with this plate file, and return its id.

        Raises CalibrationError with its reason when it does not, BoardError when it is gone.
        """
        whole = document
        with suppress(ValueError):  # what is no JSON is for the station to refuse
            whole = json.dumps(json.loads(document), ensure_ascii=False, separators=(",", ":")).encode()
        if len(whole) > MAX_PLATE_BYTES:
            raise CalibrationError(
                "the plate file is larger than a station takes; calibrate with fewer points"
            )
        return self._exchanged(TakePlate(document=whole.decode(errors="replace"))).id

    def restore_plate(self) -> PlateTaken:
        """Let the station weigh with the plate before; raises as `take_plate` does."""
        return self._exchanged(RestorePlate())

    def close(self) -> None:
        """Give the board back; may be called twice."""
        with suppress(ConnectionError):
            self._client.send(Service(on=False))
        self._client.close()

    def _ask_for_service(self) -> None:
        self._send(Service(on=True))
        refused = self._until(self._has_service)
        if refused is not None:
            raise BoardError(refused)

    def _has_service(self) -> bool:
        return self._in_service and self.sim is not None and self._calibrated is not None

    def _sway(self) -> None:
        """Let the simulated weight of a person wander around the middle, as a person's does."""
        if self._swaying_n is None or self._newest_ns - self._swayed_ns < SWAY_EVERY_NS:
            return
        self._swayed_ns = self._newest_ns
        turn = math.tau * self._newest_ns / SWAY_PERIOD_NS
        x_mm, y_mm = SWAY_MM * math.cos(turn), SWAY_MM * math.sin(turn)
        self._send(SimulatePlace(force_n=self._swaying_n, x_mm=x_mm, y_mm=y_mm))

    # -- the socket ----------------------------------------------------------------------------------------

    def _exchanged(self, command: TakePlate | RestorePlate) -> PlateTaken:
        self._taken.clear()
        self._send(command)
        refused = self._until(lambda: bool(self._taken))
        if refused is not None:
            raise CalibrationError(refused)
        return self._taken[-1]

    def _until(self, answered: Callable[[], bool]) -> str | None:
        """Wait for an answer; return why it was refused, None when it was not. Raises BoardError."""
        self._refused = None
        for _ in range(MOST_WAITS):
            self._wait()
            self._hear()
            if self._refused is not None or answered():
                return self._refused
        raise BoardError("the station does not answer; see its log with: journalctl -u balance-station")

    def _send(self, command: Service | SimulatePlace | TakePlate | RestorePlate | Weighed) -> None:
        try:
            self._client.send(command)
        except ConnectionError as error:
            raise BoardError(f"the station is gone: {error}") from None

    def _hear(self) -> None:
        try:
            notices = self._client.poll()
        except (ConnectionError, MessageError) as error:
            raise BoardError(f"the station is gone: {error}") from None
        for notice in notices:
            match notice:
                case Readings(readings=told):
                    self._keep(told)
                case Snapshot(sim=sim, service=service):
                    self.sim, self._in_service = sim, service
                case PlateTaken():
                    self._taken.append(notice)
                case Calibrated():
                    self._calibrated = notice
                case Refused(reason=reason):
                    self._refused = reason

    def _keep(self, told: tuple[tuple[int, int, int, int], ...]) -> None:
        self._in_service = True
        for t_ns, cell, counts, fault in told:
            self._newest_ns = max(self._newest_ns, t_ns)
            self._got.append(Reading(t_ns, cell, counts, Fault(fault)))

    def _await_packet(self) -> None:
        select.select([self._client], [], [], WAIT_S)


def answers_at(path: Path) -> bool:
    """Return whether a station runs there: then it has the pins, and the board is asked of it."""
    try:
        SessionClient(path, name="calibration", snapshots=False).close()
    except ConnectionError:
        return False
    return True
