"""One session rehearsed: with a recording on the board, or with a simulated patient."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from station.analysis.table import read_table
from station.errors import ConfigError, RecordingError
from station.rehearse.explain import Second
from station.rehearse.patient import Patient
from station.rehearse.recorded import START_NS, RecordedBoard
from station.rehearse.request import course_of, programme_for
from station.rehearse.simulated import SimulatedBoard
from station.rehearse.spec import Spec
from station.rehearse.stage import Event, Stage, Trial
from station.sway.plate import Plate
from station.training.attempts import start_attempt
from station.training.caps import Allowance
from station.training.course import Course
from station.training.ended import SessionEnded
from station.training.prescription import Prescription
from station.training.programme import Programme

S: Final = 1_000_000_000
# After a recording that ends with nobody there: long enough for "Are you all right?" to stay unanswered.
EMPTY_AFTER_S: Final = 50.0
SHORTER_S: Final = 0.005  # half a sample: the last one of the recording ends the hold
LONGEST_SESSION_S: Final = 3 * 3600.0
HELP_COMES_S: Final = 90.0
PAUSE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one session. `epoch_ns` is virtual time at second `epoch_s` of what is told."""

    events: list[Event]
    trials: list[Trial]
    ended: SessionEnded | None
    epoch_ns: int
    ended_ns: int
    epoch_s: float = 0.0
    seconds: list[Second] = field(default_factory=list)

    @property
    def lasted_s(self) -> float:
        """Return how long it lasted."""
        return (self.ended_ns - self.epoch_ns) / S

    def t_s(self, t_ns: int) -> float:
        """Return seconds as they are told: a recording's own, or of the session."""
        return round((t_ns - self.epoch_ns) / S + self.epoch_s, 3)


def read_board(file: Path, plate: Plate | None) -> RecordedBoard:
    """Return a recording of any kind the station reads as a board. Raises RecordingError naming the file."""
    try:
        return RecordedBoard(read_table(file), plate)
    except RecordingError as error:
        sentence = str(error)
        raise RecordingError(sentence if sentence.startswith(f"{file}:") else f"{file}: {sentence}") from None


def play_recording(
    board: RecordedBoard, rx: Prescription, spec: Spec, *, longest: bool, explain: bool = False
) -> Played:
    """Return what a session makes of a recording; `longest` holds for as long as the recording lasts.

    Raises ConfigError for exercises beside the plate.
    """
    programme = programme_for(rx)
    if any(planned.stance == "off" for planned in programme.planned):
        names = [p.routine.routine for p in programme.planned if p.stance == "off"]
        raise ConfigError(f"{names[0]} is done beside the plate; a recording shows nothing of it")
    longest = longest and programme.planned[0].routine.kind == "hold"
    if longest:
        programme = programme_for(rx, hold_s=_longest_s(board, programme))
    stage = _play(board, programme, spec, explain=explain)
    attempt = stage.course.attempt
    if longest and attempt is not None and attempt.held_s > SHORTER_S:
        # Something paused the count: the hold is what counted until the recording's end.
        programme = programme_for(rx, hold_s=attempt.held_s - SHORTER_S)
        stage = _play(board, programme, spec, explain=explain)
    _finish(stage, board)
    seconds = stage.explainer.seconds if stage.explainer is not None else []
    return Played(stage.events, stage.trials, stage.ended, 0, board.end_ns, board.t_s(0), seconds)


def _longest_s(board: RecordedBoard, programme: Programme) -> float:
    """Return the time from where the first hold would begin to the recording's end."""
    planned = programme.planned[0]
    attempt = start_attempt(planned, plate_mm=board.plate.size_mm, body_weight_n=programme.body_weight_n)
    for sample in board.samples():
        attempt.step(sample)
        if attempt.hold_started_ns is not None:
            return max(SHORTER_S, (board.end_ns - attempt.hold_started_ns) / S - SHORTER_S)
    return planned.hold_s


def _play(board: RecordedBoard, programme: Programme, spec: Spec, *, explain: bool) -> Stage:
    course = course_of(programme, board.plate.size_mm)
    stage = Stage(course, Patient(spec), board.measures, start_ns=START_NS, explain=explain)
    stage.react()
    stage.hold_back = True
    for sample in board.samples():
        stage.take(sample)
    return stage


def _finish(stage: Stage, board: RecordedBoard) -> None:
    """Let time pass on an empty board when the recording ended so, then end the session."""
    sample = stage.course.sample
    if sample is not None and sample.x_mm is None and not stage.over:
        for empty in board.empty(EMPTY_AFTER_S):
            stage.take(empty)
    stage.finish()


def play_person(
    patient: Patient,
    programme: Programme,
    *,
    allowance: Allowance | None = None,
    explain: bool = False,
    name: str = "",
) -> Played:
    """Return what a session makes of a simulated patient."""
    board = SimulatedBoard(patient)
    began_ns = board.t_ns
    course = course_of(programme, board.size_mm, allowance)
    stage = Stage(course, patient, board.measures, start_ns=began_ns, explain=explain, name=name)
    stage.react()
    phase, phase_ns = course.phase, board.t_ns
    while not stage.over and board.t_ns - began_ns < LONGEST_SESSION_S * S:
        stage.absent = board.fallen
        stage.take(board.next_sample(course))
        if course.phase != phase:
            phase, phase_ns = course.phase, board.t_ns
        if board.gives_up:
            board.stopped()
            stage.stop()
        elif phase == "all_right" and _answers(patient, board, waited_s=(board.t_ns - phase_ns) / S):
            board.helped_up()
            stage.absent = False
            stage.press()
        elif board.t_ns - phase_ns > _takes_s(course) * S:
            stage.press()
    seconds = stage.explainer.seconds if stage.explainer is not None else []
    return Played(stage.events, stage.trials, stage.ended, began_ns, board.t_ns, 0.0, seconds)


def _takes_s(course: Course) -> float:
    """Return how long somebody takes in a phase that lasts until they press start."""
    if course.phase == "guided" and course.question is None:
        return course.today.planned.rung.takes_s
    return PAUSE_S if course.phase == "pause" and course.question is None else math.inf


def _answers(patient: Patient, board: SimulatedBoard, *, waited_s: float) -> bool:
    """Return whether somebody says they are all right: at once, or when help has come."""
    if patient.spec.answers_after_fall or not board.fallen:
        return waited_s > 5.0
    return waited_s > HELP_COMES_S
