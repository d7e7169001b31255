"""The simulated patient of the demo: steps on and off when asked, and answers when nobody else does."""

import math
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from station.errors import MessageError
from station.session.client import SessionClient
from station.session.protocol import Answer, Command, Press, Simulate, SimulatedStance
from station.training.routine import Stance
from station.training.snapshot import ExerciseView, Question, Snapshot

RETRY_S: Final = 0.3
REPEAT_S: Final = 2.0  # an answer that changed nothing (the board was not ready) is given again
REACH_MM: Final = 80.0  # as far as the body leans
HANDS_SHARE: Final = 0.5  # of what the rung allows: a patient who keeps to the rule

# How the simulated person stands for it.
STANDS: Final[dict[Stance, SimulatedStance]] = {
    "both": "both",
    "together": "together",
    "one-leg": "one-leg",
    "semi-tandem": "semi-tandem",
    "tandem": "tandem",
    "board": "board",
    "off": "both",
}

# Out of what comes after a session, for whoever trains again; the one session of others ends before.
GO_HOME: Final = {"summary": Press(button="stop"), "goodnight": Press(button="start")}

ANSWERS: Final[dict[str, bool | int]] = {
    "its_me": True, "support": True, "somebody": True,
    "pain": 2, "pain_now": 2, "pain_after": 2, "effort": 3, "compared": 1,
}  # fmt: skip


def body(snapshot: Snapshot, *, recorded: bool) -> Simulate | None:
    """Return what the body does in this phase; a recorded person brings no hands of its own."""
    exercise = snapshot.exercise
    match snapshot.phase:
        case "step_on" | "weigh" if exercise is not None:
            return Simulate(
                do="step_on",
                hands_percent=0.0,
                stance=STANDS[exercise.stance],
                vision="open",
                lean_mm=(0.0, 0.0),
            )
        case "countdown" | "hold" if exercise is not None and not recorded:
            raises = exercise.repetitions if snapshot.phase == "hold" else None
            return Simulate(
                do="stand" if raises is None else "raise_calves",
                count=raises,
                hands_percent=_hands_percent(exercise),
                stance=STANDS[exercise.stance],
                vision=exercise.vision,
                surface=exercise.surface,
                lean_mm=_leans_mm(snapshot),
            )
        case "countdown" | "hold":
            return None
        case _:
            return Simulate(do="step_off")


def _leans_mm(snapshot: Snapshot) -> tuple[float, float] | None:
    """Return where the body leans from its start to be in the target that is shown, as far as it can."""
    targets_mm, index = snapshot.live.targets_mm, snapshot.live.target_index
    if snapshot.phase != "hold" or index is None or index >= len(targets_mm):
        return None
    # The first target is straight to the right of the start, the one a quarter around straight before it.
    start_mm = targets_mm[len(targets_mm) // 4][0], targets_mm[0][1]
    x_mm, y_mm = (there - here for there, here in zip(targets_mm[index], start_mm, strict=True))
    share = min(1.0, REACH_MM / max(1e-9, math.hypot(x_mm, y_mm)))
    return round(share * x_mm, 1), round(share * y_mm, 1)


def _hands_percent(exercise: ExerciseView) -> float:
    if exercise.support in ("hovering", "none"):
        return 0.0
    return exercise.support_limit_percent * HANDS_SHARE


def reply(snapshot: Snapshot) -> Command | None:
    """Return what a patient presses or answers in this phase, who has a good day."""
    match snapshot.phase:
        case "confirm" | "checkin" | "checkout" | "guided" | "pause" if snapshot.question is not None:
            return _answer(snapshot.question)
        case "welcome" | "message" | "plan" | "setup" | "guided" | "pause":
            return Press(button="start")
    return None


def _answer(question: Question) -> Answer:
    if question.kind == "count":
        return Answer(key=question.key, value=question.usual)
    return Answer(key=question.key, value=ANSWERS.get(question.key, False))


class Patient:
    """A client of the session that moves the simulated body; with `alone` it presses and answers too.

    `step` must be called now and then; with `alone` it ends (`finished`) after one session, whose id is told
    (`tell`) as soon as it is known, or with `again` trains on and on.
    """

    def __init__(
        self,
        socket: Path,
        *,
        alone: bool,
        recorded: bool,
        now_s: Callable[[], float],
        tell: Callable[[str], object] = lambda _session: None,
        again: bool = False,
    ) -> None:
        self._socket = socket
        self._alone = alone
        self._again = again
        self._recorded = recorded
        self._now_s = now_s
        self._tell = tell
        self._session: str | None = None
        self._client: SessionClient | None = None
        self._retry_at_s = 0.0
        self._moved: Simulate | None = None
        self._replied: tuple[object, ...] = ()
        self._replied_s = 0.0
        self.finished = False

    def step(self, wait_s: float) -> None:
        """Wait at most `wait_s` for the station to show something, and act on the newest."""
        if self._client is None and not self._connect():
            time.sleep(wait_s)
            return
        if self._client is None:
            return
        select.select([self._client], [], [], wait_s)
        try:
            snapshots = [n for n in self._client.poll() if isinstance(n, Snapshot)]
            if snapshots:
                self._act(self._client, snapshots[-1])
        except (ConnectionError, MessageError):
            self.close()

    def _connect(self) -> bool:
        if self._now_s() < self._retry_at_s:
            return False
        self._retry_at_s = self._now_s() + RETRY_S
        try:
            self._client = SessionClient(self._socket, name="patient")
        except ConnectionError:
            return False
        self._moved = None
        self._session = None  # a station that was started again has ended it
        return True

    def _act(self, client: SessionClient, snapshot: Snapshot) -> None:
        move = body(snapshot, recorded=self._recorded)
        if move is not None and move != self._moved:
            client.send(move)
            self._moved = move
        if self._alone and not self.finished:
            self._reply(client, snapshot)

    def _reply(self, client: SessionClient, snapshot: Snapshot) -> None:
        if snapshot.session is not None and snapshot.session != self._session:
            self._session = snapshot.session
            self._tell(self._session)
        ended_early = self._session is not None and snapshot.phase in ("who", "welcome")
        over = ended_early or snapshot.phase in ("summary", "blocked")
        if over and not self._again:
            self.finished = True
            return
        question = snapshot.question.key if snapshot.question is not None else None
        place = (snapshot.phase, question, snapshot.exercise_number, snapshot.attempt)
        if place == self._replied and self._now_s() - self._replied_s < REPEAT_S:
            return
        command = GO_HOME.get(snapshot.phase) or reply(snapshot)
        if command is not None:
            client.send(command)
        self._replied, self._replied_s = place, self._now_s()

    def close(self) -> None:
        """End the connection; may be called twice."""
        if self._client is not None:
            self._client.close()
            self._client = None
