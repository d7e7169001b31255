"""Calibration: choose a procedure, name the masses, do its steps, and read what came of it."""

from typing import Protocol

from calibration.answers import Answers
from calibration.spoken import (
    Answered,
    AnySaid,
    AnyTold,
    AskStep,
    Back,
    Counts,
    Failed,
    Go,
    NotTaken,
    Ready,
    Result,
    StepTaken,
    Verb,
)
from ui.patient.service.calibration_sheets import (
    AGAIN,
    DONE,
    LONGEST,
    MASSES,
    NEXT,
    ONLY,
    OWN,
    REPEAT,
    RESTORE,
    VERBS,
    CalibrationSheet,
    MassSheet,
    MomentSheet,
    ProcedureSheet,
    RestoreSheet,
    ResultSheet,
    StepSheet,
)
from ui.patient.service.door import DIGITS, ERASE
from ui.patient.service.room import Around, Leave, Request
from ui.patient.service.view import BACK
from ui.patient.words import _


class Child(Protocol):
    """A calibration that runs beside the kiosk; tests play one."""

    def start(self, verb: Verb) -> str | None:
        """Start it anew; return in a sentence why it cannot be, else None."""
        ...

    def tell(self, told: AnyTold) -> None:
        """Say one line to it."""
        ...

    def poll(self) -> list[AnySaid]:
        """Return what it said since the last call."""
        ...

    def stop(self) -> None:
        """End it if it runs; may be called twice."""
        ...


class CalibrationRoom:
    """Leads one calibration after the other."""

    name = "calibration"

    def __init__(self, child: Child) -> None:
        self._child = child
        self._begin()

    def _begin(self) -> None:
        self._verb: Verb | None = None
        self._typed = ""
        self._masses_kg: tuple[float, ...] = ()
        self._alike = self._own = False
        self._running = self._measured = False
        self._ready: Ready | None = None
        self._step: AskStep | None = None
        self._counts: Counts | None = None
        self._refused: NotTaken | None = None
        self._looking = False
        self._result: Result | None = None
        self._failed: Failed | None = None

    def title(self) -> str:
        """Return the words on its button in the menu."""
        return _("Calibrate the board")

    def is_offered(self, around: Around) -> bool:
        """Return True: a board is calibrated with or without its station."""
        return True

    def is_busy(self) -> bool:
        """Return whether a calibration runs."""
        return self._running

    def enter(self, around: Around) -> None:
        """Begin with the choice of a procedure."""
        self._begin()

    def leave(self) -> None:
        """End the calibration under way; what was measured is kept."""
        self._child.stop()
        self._begin()

    def turn(self, around: Around) -> None:
        """Hear what the calibration says."""
        if self._running:
            for said in self._child.poll():
                self._hear(said)

    def _hear(self, said: AnySaid) -> None:
        match said:
            case Ready():
                self._ready = said
                self._child.tell(Answered(answers=self._answers()))
            case AskStep():
                self._step, self._refused, self._looking = said, None, False
            case Counts():
                self._counts = said
            case NotTaken():
                self._refused, self._looking = said, False
            case StepTaken():
                self._step, self._looking, self._measured = None, False, True
            case Result():
                self._result, self._running = said, False
            case Failed():
                self._failed, self._running = said, False

    def _answers(self) -> Answers:
        if self._own:
            return Answers(own_weight_kg=self._masses_kg[0])
        return Answers(masses_kg=self._masses_kg)

    def sheet(self, around: Around) -> CalibrationSheet:
        """Return the page it stands at."""
        verb = self._verb
        if verb is None:
            return ProcedureSheet()
        if self._result is not None or self._failed is not None:
            return ResultSheet(verb, self._result, self._failed)
        if not self._running and verb == "restore":
            return RestoreSheet()
        if not self._running:
            return MassSheet(verb, self._typed, self._masses_kg, MASSES[verb], self._alike, self._own)
        if self._ready is None or self._step is None:
            return MomentSheet(verb, self._measured)
        return StepSheet(self._ready, self._step, self._counts, self._refused, self._looking)

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Go on with it."""
        sheet = self.sheet(around)
        match sheet:
            case ProcedureSheet():
                return self._choose_verb(choice)
            case MassSheet():
                self._type(choice, sheet)
            case StepSheet():
                self._answer(choice)
            case RestoreSheet() if choice == RESTORE:
                self._start("restore")
            case ResultSheet() if choice == AGAIN:
                verb = sheet.verb
                self.leave()
                return self._choose_verb(verb)
            case _:
                self.leave()
        return ()

    def _choose_verb(self, choice: str) -> tuple[Request, ...]:
        verb = next((verb for verb in (*VERBS, "restore") if verb == choice), None)
        if verb is None:
            return (Leave(),)
        self._verb = verb
        if verb in VERBS and verb not in MASSES:
            self._start(verb)
        return ()

    def _type(self, choice: str, sheet: MassSheet) -> None:
        if choice == BACK:
            self._begin()
        elif choice == OWN:
            self._typed, self._own = "", not self._own
        elif choice == ERASE:
            self._typed = self._typed[:-1]
        elif choice in DIGITS:
            self._typed, self._alike = (self._typed + choice)[:LONGEST].lstrip("0"), False
        elif choice == NEXT and any(abs(sheet.kg - kg) < 0.01 * max(sheet.kg, kg) for kg in sheet.masses_kg):
            self._typed, self._alike = "", True
        else:
            if choice == NEXT:
                self._masses_kg = (*self._masses_kg, sheet.kg)
                self._typed = ""
            if choice == ONLY or len(self._masses_kg) == sheet.of:
                self._start(sheet.verb)

    def _start(self, verb: Verb) -> None:
        why = self._child.start(verb)
        self._running = why is None
        self._failed = None if why is None else Failed(key="failed", text=why)

    def _answer(self, choice: str) -> None:
        if choice == DONE:
            self._refused, self._looking = None, True
            self._child.tell(Go())
        elif choice == REPEAT:
            self._child.tell(Back())
        else:
            self.leave()
