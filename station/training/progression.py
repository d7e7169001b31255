"""When an exercise gets harder or easier: decided after each session from what was done.

By itself it goes no further than prescription and device allow. The numbers are the project's own defaults;
there is no consensus on a protocol.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from station.training.decision import Decision, Evidence
from station.training.fitting import Bounds
from station.training.history import OVERDONE, PastSession
from station.training.prescription import Exercise, Prescription
from station.training.programme import exercise_at, rung_of
from station.training.routine import Routine, Rung
from station.training.saying import easier, easier_for_patient, harder_for_patient, ready

READY_PERCENT: Final = 80
READY_SESSIONS: Final = 3
READY_DAYS: Final = 3
MOST_EFFORT: Final = 5
LOW_PERCENT: Final = 50
LOW_SESSIONS: Final = 2
SESSIONS_BETWEEN_STEPS: Final = 3
LONGEST_GAP_DAYS: Final = 7  # good sessions further apart say nothing of somebody who comes back today


def replay(history: Iterable[PastSession], rx: Prescription, bounds: Bounds) -> tuple[Decision, ...]:
    """Return every decision of these sessions under this prescription, in order.

    Sessions are taken in the order of their numbers; what comes later changes nothing of what was decided.
    """
    progression = Progression(rx, bounds)
    decided: list[Decision] = []
    for session in sorted(history, key=lambda past: (past.number, past.session)):
        decided += progression.after(session)
    return tuple(decided)


def decide(history: Sequence[PastSession], rx: Prescription, bounds: Bounds) -> tuple[Decision, ...]:
    """Return what the newest of these sessions decides."""
    newest = max(history, key=lambda past: past.number, default=None)
    return tuple(
        decision
        for decision in replay(history, rx, bounds)
        if newest is not None and decision.session == newest.session
    )


def rungs_in_force(rx: Prescription, decisions: Iterable[Decision], bounds: Bounds) -> list[int]:
    """Return the rung of each exercise, with the decisions kept on it.

    A decision that makes anything harder without permission is not obeyed, wherever it comes from.
    """
    rungs = [exercise.rung for exercise in rx.exercises]
    for decision in decisions:
        place = decision.line - 1
        if not 0 <= place < len(rungs) or rx.exercises[place].routine != decision.routine:
            continue
        eased = decision.kind == "ease" and 1 <= decision.to_rung <= rungs[place]
        stepped = (
            decision.kind == "step"
            and decision.to_rung == rungs[place] + 1
            and may_step(rx.exercises[place], decision.to_rung, bounds)
        )
        if eased or stepped:
            rungs[place] = decision.to_rung
    return rungs


def may_step(exercise: Exercise, to_rung: int, bounds: Bounds) -> bool:
    """Return whether the station may go to this rung without being told to."""
    routine = bounds.routines[exercise.routine]
    return (
        not routine.assessment
        and exercise.alone_up_to is not None
        and to_rung <= min(exercise.alone_up_to, bounds.hardest(exercise.routine), len(routine.rungs))
        and rung_of(exercise_at(exercise, to_rung, bounds.routines), routine).hold_s
        <= bounds.limits.longest_hold_s
    )


@dataclass(slots=True)
class _Line:
    """One exercise of the prescription, on its way along the ladder."""

    number: int
    exercise: Exercise
    routine: Routine
    rung: int
    run: list[Evidence] = field(default_factory=list)  # good sessions on this rung, without a break
    low: list[Evidence] = field(default_factory=list)  # sessions below half on this rung, without a break
    proposed: bool = False
    eased_unseen: bool = False  # eased, and not trained since
    last: tuple[int, Evidence] | None = None  # rung and evidence of the last session, if trained in it

    def evidence(self, session: PastSession) -> Evidence:
        """Return what a session says of this exercise on its present rung."""
        rung = self.routine.rung(self.rung)
        mine = [trial for trial in session.trials if self.is_mine(trial.routine, trial.side, trial.rung)]
        counted = [trial for trial in mine if trial.counts]
        return Evidence(
            session=session.session,
            day=session.day.isoformat(),
            trials=tuple(trial.trial for trial in counted),
            held=sum(trial.held(rung) for trial in counted),
            attempts=len(counted),
            pain=session.pain,
            pain_after=session.pain_after,
            effort=session.effort,
            stops=tuple(sorted({*session.stops, *(stop for trial in mine for stop in trial.stopped_by)})),
        )

    def is_mine(self, routine: str, side: str | None, rung: int) -> bool:
        """Return whether a trial is one of this exercise on its present rung."""
        return (routine, side, rung) == (self.exercise.routine, self.exercise.side, self.rung)

    def move(self, rung: int) -> None:
        """Begin anew on another rung."""
        self.rung = rung
        self.run, self.low, self.proposed = [], [], False

    def next_rung(self, rung: int) -> Rung:
        """Return a rung with what the prescription changes of it."""
        return rung_of(exercise_at(self.exercise, rung, {self.exercise.routine: self.routine}), self.routine)


class Progression:
    """The state of one prescription as session after session is put in."""

    def __init__(self, rx: Prescription, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lines = [
            _Line(number, exercise, bounds.routines[exercise.routine], exercise.rung)
            for number, exercise in enumerate(rx.exercises, start=1)
            if not bounds.routines[exercise.routine].assessment
        ]
        self._last_day: date | None = None  # on which anything was trained
        self._since_step: dict[str, int] = {}  # sessions in which a routine was done, since its last step

    def after(self, session: PastSession) -> list[Decision]:
        """Return what this session decides."""
        self._begin_anew_after_a_gap(session)
        for routine in {trial.routine for trial in session.trials} & set(self._since_step):
            self._since_step[routine] += 1
        overdone = [_ease_overdone(line, session) for line in self._lines if session.overdone]
        looked_at = [(line, line.evidence(session)) for line in self._lines]
        rungs = [line.rung for line in self._lines]
        decided = [decision for decision in overdone if decision is not None]
        decided += [
            decision
            for line, evidence in looked_at
            if (decision := _ease(line, evidence, session)) is not None
        ]
        eased = {decision.line for decision in decided}
        for line, evidence in looked_at:
            if line.number in eased:
                continue
            _extend_run(line, evidence, session)
            may = not any(decision.kind != "propose" for decision in decided)
            decision = self._ready(line, session, may_step_now=may)
            if decision is not None:
                decided.append(decision)
        if session.trials:
            for (line, evidence), rung in zip(looked_at, rungs, strict=True):
                line.last = (rung, evidence) if evidence.attempts else None
        return decided

    def _begin_anew_after_a_gap(self, session: PastSession) -> None:
        if not session.trials:
            return
        if self._last_day is not None and (session.day - self._last_day).days > LONGEST_GAP_DAYS:
            for line in self._lines:
                line.run = []
        self._last_day = session.day

    def _ready(self, line: _Line, session: PastSession, *, may_step_now: bool) -> Decision | None:
        """Propose the next rung or take it; one step a session, and none after anything was eased in it."""
        evidence = _enough(line.run)
        to_rung = line.rung + 1
        beyond = to_rung > min(len(line.routine.rungs), self._bounds.hardest(line.routine.routine))
        if not evidence or evidence[-1].session != session.session or beyond:
            return None
        # Where the prescription itself sets what differs between the two rungs, a step would change nothing.
        differs = _asks(line.next_rung(line.rung)) != _asks(line.next_rung(to_rung))
        if differs and may_step(line.exercise, to_rung, self._bounds):
            if not may_step_now or self._since_step.get(line.routine.routine, SESSIONS_BETWEEN_STEPS) < (
                SESSIONS_BETWEEN_STEPS
            ):
                return None  # the run goes on: the next session decides again
            decision = _raise(line, to_rung, session, evidence, alone=True)
            self._since_step[line.routine.routine] = 0
            line.move(to_rung)
            return decision
        if line.proposed:
            return None
        line.proposed = True
        return _raise(line, to_rung, session, evidence, alone=False)


def _ease(line: _Line, evidence: Evidence, session: PastSession) -> Decision | None:
    """Return the decision to go one rung down, if this session asks for it; the line has moved then."""
    if evidence.attempts:
        line.eased_unseen = False
        low = evidence.held * 100 < evidence.attempts * LOW_PERCENT
        line.low = [*line.low, evidence][-LOW_SESSIONS:] if low else []
    mine = [trial for trial in session.trials if line.is_mine(trial.routine, trial.side, trial.rung)]
    trained = bool(mine)
    stopped = bool(evidence.stops) and (trained or (session.blocked and not line.eased_unseen))
    if not stopped and len(line.low) < LOW_SESSIONS:
        return None
    from_rung, to_rung = line.rung, max(1, line.rung - 1)
    if stopped and to_rung == from_rung and not any(trial.stopped_by for trial in mine):
        # Nothing to ease, and the care team was told of the session's stop: once is enough for all exercises.
        line.move(to_rung)
        line.eased_unseen = True
        return None
    evidences = (evidence,) if stopped else tuple(line.low)
    return _easier(line, to_rung, session, evidence.stops if stopped else (), evidences)


def _ease_overdone(line: _Line, session: PastSession) -> Decision | None:
    """Return the decision to go below the rung that was too much the last time, unless it was taken then."""
    if line.last is None:
        return None
    rung, evidence = line.last
    to_rung = max(1, min(line.rung, rung - 1))
    # On the easiest rung the answer itself, which the care team was told, says all.
    return _easier(line, to_rung, session, (OVERDONE,), (evidence,)) if to_rung < line.rung else None


def _easier(
    line: _Line, to_rung: int, session: PastSession, stops: tuple[str, ...], evidence: tuple[Evidence, ...]
) -> Decision:
    from_rung = line.rung
    decision = Decision(
        kind="ease",
        line=line.number,
        routine=line.routine.routine,
        side=line.exercise.side,
        from_rung=from_rung,
        to_rung=to_rung,
        session=session.session,
        why=easier(line.routine, line.exercise.side, (from_rung, to_rung), stops, evidence),
        patient=easier_for_patient(line.routine) if to_rung < from_rung else "",
        evidence=evidence,
    )
    line.move(to_rung)
    line.eased_unseen = True
    return decision


def _raise(
    line: _Line, to_rung: int, session: PastSession, evidence: tuple[Evidence, ...], *, alone: bool
) -> Decision:
    return Decision(
        kind="step" if alone else "propose",
        line=line.number,
        routine=line.routine.routine,
        side=line.exercise.side,
        from_rung=line.rung,
        to_rung=to_rung,
        session=session.session,
        why=ready(line.routine, line.exercise.side, line.rung, to_rung, evidence, alone=alone),
        patient=harder_for_patient(line.routine, to_rung) if alone else "",
        evidence=evidence,
    )


def _extend_run(line: _Line, evidence: Evidence, session: PastSession) -> None:
    """Lengthen the run of good sessions, or begin it anew after one that was not."""
    if session.every_stop or session.overdone or _pain_rose(evidence) or (evidence.effort or 0) > MOST_EFFORT:
        line.run, line.proposed = [], False
        return
    if not evidence.attempts:
        return
    if evidence.held * 100 < evidence.attempts * READY_PERCENT:
        line.run, line.proposed = [], False
    elif None not in (evidence.pain, evidence.pain_after, evidence.effort):
        # A session without a check-out says nothing of pain and effort: it neither counts nor breaks the run.
        line.run.append(evidence)


def _pain_rose(evidence: Evidence) -> bool:
    return (
        evidence.pain is not None and evidence.pain_after is not None and evidence.pain_after > evidence.pain
    )


def _enough(run: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the newest sessions of the run that are enough for more, or nothing."""
    for count in range(READY_SESSIONS, len(run) + 1):
        newest = tuple(run[-count:])
        if len({evidence.day for evidence in newest}) >= READY_DAYS:
            first, last = newest[0].pain, newest[-1].pain
            return newest if first is not None and last is not None and last <= first else ()
    return ()


def _asks(rung: Rung) -> tuple[object, ...]:
    """Return all of a rung but its words."""
    return tuple(getattr(rung, name) for name in rung.__struct_fields__ if name not in ("why", "cues"))
