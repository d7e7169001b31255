"""Why an exercise changes: a sentence a therapist reads in ten seconds, and one for the patient."""

from collections.abc import Sequence
from typing import Final

from station.training.decision import Evidence
from station.training.routine import Routine, Side

NEW_STEP: Final = "A new step"
EASIER: Final = "A little easier now"
EASIER_WHY: Final = "So that you can stand calmly. Your care team knows."
DAY_OF_REST: Final = "Your exercises rest today. You have done what was planned for this week."
BACK_AGAIN: Final = "Good to see you again. We begin gently, and you may rest whenever you like."
# What the station itself says where a note of the therapist stands else.
NEWS: Final = (NEW_STEP, EASIER, EASIER_WHY, DAY_OF_REST, BACK_AGAIN)
STOPS: Final = {
    "pain_up": "pain rose by 2 or more",
    "pain_stop": "pain above the limit at the check-in",
    "red_flag": "a red flag at the check-in",
    "possible_fall": "a possible fall",
    "step_off": "stepped off in a hold",
    "stumble": "a stumble",
    "swollen": "more swollen or stiff after training",
    "overdone": "more pain, swelling or stiffness since the last training",
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
    routine: Routine, side: Side | None, rungs: tuple[int, int], stops: Sequence[str], low: Sequence[Evidence]
) -> str:
    """Return why an exercise became easier; `rungs` are those before and after."""
    from_rung, to_rung = rungs
    if stops:
        did = ", ".join(STOPS.get(stop, stop) for stop in stops)
    else:
        held, attempts = sum(e.held for e in low), sum(e.attempts for e in low)
        did = f"held {held} of {attempts} in {len(low)} sessions"
    became = f"eased to rung {to_rung}" if to_rung < from_rung else "it is the easiest rung, so it stays"
    return f"{_named(routine, side)}, rung {from_rung}: {did}; {became}."


def harder_for_patient(routine: Routine, to_rung: int) -> str:
    """Return what the patient reads at the next check-in, a text to translate a line."""
    return f"{NEW_STEP}\n{routine.title}\n{routine.rung(to_rung).why}"


def easier_for_patient(routine: Routine) -> str:
    """Return what the patient reads at the next check-in, a text to translate a line."""
    return f"{EASIER}\n{routine.title}\n{EASIER_WHY}"


def _named(routine: Routine, side: Side | None) -> str:
    return f"{routine.title}, {side}" if side else routine.title
