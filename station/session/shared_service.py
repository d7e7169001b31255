"""The running station where several people share it: nobody trains before they have said who they are."""

import time
from collections.abc import Callable

from station.errors import ServiceError
from station.session.clinic import Clinic
from station.session.protocol import Answer, ChoosePatient, Command, Prescribe, Press
from station.session.service import Parts, Service
from station.sway.reading import Sample
from station.training.choosing import received
from station.training.snapshot import Phase, Snapshot


class SharedService(Service):
    """The loop of a clinic's station: a seat for each person, and a reception in front of them."""

    def __init__(
        self,
        parts: Parts,
        clinic: Clinic,
        *,
        log: Callable[[str], None],
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Serve whoever sits in `clinic` now; `parts` are theirs."""
        super().__init__(parts, log=log, now_ns=now_ns)
        self._clinic = clinic

    def _phase(self) -> Phase:
        return self._clinic.choosing.phase or super()._phase()

    def _snapshot(self) -> Snapshot:
        return received(super()._snapshot(), self._clinic.choosing, self._course.programme)

    def _on_sample(self, sample: Sample) -> None:
        super()._on_sample(sample)
        if self._clinic.is_over(sample.t_ns):
            self._leave()

    def _on_command(self, command: Command) -> None:
        match command:
            case ChoosePatient(number=number):
                self._choose(number)
            case Prescribe(document=document):
                self._clinic.prescribe(document.encode())
            case Answer() | Press() if self._clinic.choosing.phase is not None:
                self._at_reception(command)
            case _:
                super()._on_command(command)

    def _choose(self, number: str) -> None:
        if self._upkeep.on:
            raise ServiceError("the board is being looked after; training starts again after that")
        self._clinic.choose(number, self._now_ns())
        self._sit()

    def _at_reception(self, command: Answer | Press) -> None:
        """Take what is said before somebody trains, or before they go on."""
        if isinstance(command, Press):
            if self._clinic.choosing.phase == "confirm" and command.button == "stop":
                self._leave()
            elif self._clinic.choosing.phase == "who":
                # The panel's buttons know no number pad; the kiosk moves and takes its mark by them.
                self._consequences.tell(f"{command.button}_pressed", {})
            return
        match self._clinic.answered(command, self._now_ns()):
            case "begin":
                self._press("start")
            case "leave":
                self._leave()

    def _leave(self) -> None:
        """Keep what the person who was chosen has done, and forget them."""
        self._consequences.of_all(self._course.leave())
        self._clinic.forget(self._now_ns())
        self._sit()

    def _sit(self) -> None:
        self._prescriptions, self._course = self._clinic.seat.prescriptions, self._clinic.seat.course
