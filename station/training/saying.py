"""Why an exercise changes: a sentence a therapist reads in ten seconds, and one for the patient."""

from collections.abc import Sequence
from typing import Final

from station.training.decision import Evidence
from station.training.routine import Routine, Side

STOPS: Final = {
    "pain_up": "pain rose by 2 or more",
    "pain_stop": "pain above the limit at the check-in",
    "red_flag": "a red flag at the check-in",
    "possible_fall": "a possible fall",
    "step_off": "stepped off in a hold",
    "stumble": "a stumble",
}


def ready(
    routine: Routine,
    side: Side | None,
    from_rung: int,
    to_rung: int,
    evidence: Sequence[Evidence],
    *,
    alone: bool,
) -> str:
    """Return why the next rung is proposed, or was taken."""
    held, attempts = sum(e.held for e in evidence), sum(e.attempts for e in evidence)
    effort = max(e.effort or 0 for e in evidence)
    did = f"held {held} of {attempts} in {len(evidence)} sessions, pain not up, effort at most {effort}"
    became = f"stepped to rung {to_rung}, as you allowed" if alone else f"rung {to_rung} is proposed"
    return f"{_named(routine, side)}, rung {from_rung}: {did}; {became}."


def easier(
    routine: Routine, side: Side | None, from_rung: int, stops: Sequence[str], low: Sequence[Evidence]
) -> str:
    """Return why an exercise became easier."""
    if stops:
        did = ", ".join(STOPS.get(stop, stop) for stop in stops)
    else:
        held, attempts = sum(e.held for e in low), sum(e.attempts for e in low)
        did = f"held {held} of {attempts} in {len(low)} sessions"
    became = f"eased to rung {from_rung - 1}" if from_rung > 1 else "it is the easiest rung, so it stays"
    return f"{_named(routine, side)}, rung {from_rung}: {did}; {became}."


def harder_for_patient(routine: Routine, to_rung: int) -> str:
    """Return what the patient reads at the next check-in."""
    return f"A new step in {routine.title}: {routine.rung(to_rung).why}"


def easier_for_patient(routine: Routine) -> str:
    """Return what the patient reads at the next check-in."""
    return f"{routine.title} is a little easier now, so that you can stand calmly. Your care team knows."


def _named(routine: Routine, side: Side | None) -> str:
    return f"{routine.title}, {side}" if side else routine.title
