"""Weeks of training as a story a therapist reads, and as one JSON document."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final, TextIO

from station.rehearse import document, words
from station.rehearse.days import Day, Session, Weeks
from station.training.decision import Decision
from station.training.prescription import Prescription
from station.training.result import TrialResult
from station.training.routine import shipped_routines

AWAY: Final = {"missed": "does not train", "rests": "rest day"}
DECIDED: Final = {"propose": "PROPOSED", "ease": "EASED", "step": "STEPPED"}
TIMES: Final = {1: "once", 2: "twice"}
NOTE: Final = "Simulated: nobody trained, nothing is kept, nobody is told."


def write_story(weeks: Weeks, rx: Prescription, out: TextIO) -> None:
    """Write day by day what was done, what changed and why, and what the care team heard."""
    out.write(f"{len(weeks.days)} days of a simulated patient, {weeks.spec.age} years old. {NOTE}\n")
    out.write(
        "Every TOLD, PROPOSED, EASED and STEPPED goes to the care team at once, the rest with the results.\n"
    )
    out.write(f"\nPrescribed (version {rx.version}){_surgery(rx)}:\n")
    for line in _rungs(rx, [exercise.rung for exercise in rx.exercises]):
        out.write(f"  {line}\n")
    for week, days in groupby(weeks.days, key=lambda day: (day.number - 1) // 7 + 1):
        out.write(f"\nWeek {week}\n")
        for line in _week(list(days)):
            out.write(f"{line}\n")
    out.write("\nAt the end\n")
    for line in _end(weeks):
        out.write(f"  {line}\n")


def _surgery(rx: Prescription) -> str:
    if rx.surgery is None:
        return ""
    return f" after {rx.surgery}" + (f" on {rx.surgery_date}" if rx.surgery_date is not None else "")


def _rungs(rx: Prescription, rungs: Sequence[int]) -> Iterator[str]:
    routines = shipped_routines()
    for exercise, number in zip(rx.exercises, rungs, strict=True):
        routine = routines[exercise.routine]
        rung = routine.rung(number)
        side = f", {exercise.side}" if exercise.side else ""
        hold_s = exercise.hold_s or rung.hold_s
        asks = [] if routine.stance == "off" else [rung.support.replace("-", " ")]
        asks += [f"{hold_s:g} s"] if hold_s else []
        asks += [f"{rung.targets} targets"] if rung.targets else []
        asks += [f"{rung.repetitions} times"] if rung.repetitions else []
        asks += [f"{rung.minutes:g} min"] if rung.minutes else []
        asks += ["eyes closed"] if rung.vision == "closed" else []
        times = TIMES.get(exercise.attempts, f"{exercise.attempts} times")
        yield f"{routine.title}{side}: rung {number} ({', '.join(asks)}), {times}"


def _week(days: Sequence[Day]) -> Iterator[str]:
    """Yield the lines of these days; days on which nothing happened stand in one line."""
    for nothing, run in groupby(days, key=lambda day: None if _told_beside(day) else day.away):
        same = list(run)
        if nothing is None or len(same) == 1:
            for day in same:
                yield from _day(day)
        else:
            yield f"Days {same[0].number} to {same[-1].number}: {AWAY[nothing]}."


def _told_beside(day: Day) -> bool:
    """Return whether there is more to say of this day than that nobody came."""
    return bool(day.accepted or day.refused or day.answered or day.absent_days)


def _day(day: Day) -> Iterator[str]:
    head = f"Day {day.number}, {day.date:%a %d %b}"
    for sentence in _beside(day):
        yield f"{head}: {sentence}"
    if day.absent_days:
        yield f"  TOLD: {words.happened('not_trained', {'days': day.absent_days})}."
    for session in day.sessions:
        yield f"{head}: {_session(session)}"
        for _, trials in groupby(session.trials, key=lambda t: (t.routine, t.side, t.rung)):
            yield f"    {_exercise(list(trials))}"
        for event in session.reports:
            yield f"  TOLD: {words.happened(event.kind, event.detail)}."
        for decision in session.decisions:
            yield f"  {_decided(decision)}: {decision.why}"
    if day.enough:
        yield f"{head}: the station says: {' '.join(day.enough)}"


def _beside(day: Day) -> Iterator[str]:
    """Yield what a day brought beside its sessions."""
    if day.answered:
        yield "the therapist has spoken with the patient and signs anew what is trained now."
    if day.accepted:
        steps = "; ".join(f"{_named(d)} from rung {d.from_rung} to {d.to_rung}" for d in day.accepted)
        yield f"the therapist accepts and signs: {steps}."
    if day.refused:
        yield f"the station refuses the therapist's new prescription: {day.refused}"
    if day.away is not None:
        yield f"{AWAY[day.away]}."


def _decided(decision: Decision) -> str:
    stays = decision.kind == "ease" and decision.to_rung == decision.from_rung
    return "STAYS" if stays else DECIDED[decision.kind]


def _session(session: Session) -> str:
    answers = session.result.answers
    if session.result.ended_by in ("red_flag", "pain"):
        return "no training today."
    pain, after, effort = (answers.get(key) for key in ("pain", "pain_after", "effort"))
    stopped = "" if session.result.complete else f" Ended early ({session.result.ended_by})."
    said = f"pain {pain}, after training {after}; effort {effort} of 10"
    minutes = f"{session.minutes:.0f} min" if session.minutes >= 1 else "less than a minute"
    return f"{said}; {minutes} of training.{stopped}"


def _exercise(trials: Sequence[TrialResult]) -> str:
    first = trials[0]
    done = sum(trial.outcome == "done" for trial in trials)
    parts = [f"{words.exercise(first)}: {done} of {len(trials)} done"]
    if first.count is not None:
        parts.append("counted " + ", ".join(f"{trial.count}" for trial in trials))
    missed = [_missed(trial) for trial in trials if trial.outcome != "done"]
    if missed:
        parts.append("not done: " + ", ".join(missed))
    hands = [t.support.mean_percent for t in trials if t.support.mean_percent is not None]
    if hands:
        parts.append(f"hands {sum(hands) / len(hands):.0f} % (limit {first.support.limit_percent:g})")
    speeds = [t.measures["velocity_mm_s"] for t in trials if "velocity_mm_s" in t.measures]
    if speeds and first.kind == "hold":
        parts.append(f"sway {sum(speeds) / len(speeds):.0f} mm/s")
    return "; ".join(parts)


def _missed(trial: TrialResult) -> str:
    """Return how far an attempt came, and what ended it."""
    far = f"{trial.hold_s:.0f} s" if trial.kind == "hold" else f"{trial.count or 0}"
    ends = [kind for kind in words.ENDS if trial.events.get(kind)]
    return f"{far} ({words.ENDS[ends[0]]})" if ends else f"{far} ({words.OUTCOMES[trial.outcome]})"


def _named(decision: Decision) -> str:
    title = shipped_routines()[decision.routine].title
    return f"{title}, {decision.side}," if decision.side else title


def _end(weeks: Weeks) -> Iterator[str]:
    sessions = [session for day in weeks.days for session in day.sessions]
    trials = [trial for session in sessions for trial in session.trials]
    done = sum(trial.outcome == "done" for trial in trials)
    yield f"{len(sessions)} sessions, {done} of {len(trials)} attempts done."
    kinds = [decision.kind for session in sessions for decision in session.decisions]
    accepted = sum(len(day.accepted) for day in weeks.days)
    yield (
        f"{kinds.count('propose')} proposals, {accepted} accepted; "
        f"{kinds.count('step')} steps the station took as allowed; {kinds.count('ease')} easings."
    )
    absences = sum(day.absent_days is not None for day in weeks.days)
    reports = sum(len(session.reports) for session in sessions) + len(kinds) + absences
    yield f"{reports} messages to the care team at once; everything else stands in the results."
    yield from _rungs(weeks.last, weeks.days[-1].rungs)


def document_of_days(weeks: Weeks) -> dict[str, Any]:
    """Return events, trials and decisions of all days; `t_s` counts from the beginning of each session."""
    told: dict[str, Any] = {"source": "a simulated patient", "sim": True}
    told |= {"events": [], "trials": [], "proposals": [], "decisions": [], "days": []}
    for day in weeks.days:
        told["days"].append(
            {
                "day": day.number,
                "date": day.date.isoformat(),
                "away": day.away,
                "enough": list(day.enough),
                "answered": day.answered,
                "absent_days": day.absent_days,
                "accepted": [_decision(decision, day.number) for decision in day.accepted],
                "rungs": day.rungs,
            }
        )
        for session in day.sessions:
            played = session.played
            told["events"] += [document.event(played, event, day=day.number) for event in played.events]
            told["trials"] += [document.trial(played, trial, day=day.number) for trial in played.trials]
            decisions = [_decision(decision, day.number) for decision in session.decisions]
            told["decisions"] += decisions
            told["proposals"] += [decision for decision in decisions if decision["kind"] == "propose"]
    return told


def _decision(decision: Decision, day: int) -> dict[str, Any]:
    return {
        "day": day,
        "kind": decision.kind,
        "routine": decision.routine,
        "side": decision.side,
        "from_rung": decision.from_rung,
        "to_rung": decision.to_rung,
        "why": decision.why,
        "evidence": [evidence.sentence() for evidence in decision.evidence],
    }
