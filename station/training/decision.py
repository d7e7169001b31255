"""A decision on how hard an exercise is: what it changes, why, and on what evidence."""

from typing import Literal

import msgspec

from station.training.routine import Side

DecisionKind = Literal["propose", "step", "ease"]
EVENT_OF: dict[DecisionKind, str] = {"propose": "proposal", "step": "stepped", "ease": "eased"}


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What one session says of one exercise; `day` is the local date, `trials` are those that count."""

    session: str
    day: str
    trials: tuple[str, ...]
    held: int
    attempts: int
    pain: int | None
    pain_after: int | None
    effort: int | None
    stops: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return it in words: "2026-05-04: held 2 of 2, pain 2 to 2, effort 4"."""
        parts = [f"held {self.held} of {self.attempts}"]
        if self.pain is not None:
            parts.append(f"pain {self.pain}" + ("" if self.pain_after is None else f" to {self.pain_after}"))
        if self.effort is not None:
            parts.append(f"effort {self.effort}")
        parts += [stop.replace("_", " ") for stop in self.stops]
        return f"{self.day}: {', '.join(parts)}"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision, made after `session`; `line` is the exercise's number in its prescription, from 1.

    `why` is for the therapist, `patient` for the patient (empty where nothing changes).
    """

    kind: DecisionKind
    line: int
    routine: str
    side: Side | None
    from_rung: int
    to_rung: int
    session: str
    why: str
    patient: str
    evidence: tuple[Evidence, ...]

    def detail(self, rx_version: int) -> dict[str, str | float | int | bool | None]:
        """Return it as the care team's event carries it."""
        return {
            "rx_version": rx_version,
            "exercise": self.line,
            "routine": self.routine,
            "side": self.side,
            "from_rung": self.from_rung,
            "to_rung": self.to_rung,
            "why": self.why,
            "evidence": "; ".join(evidence.sentence() for evidence in self.evidence),
            "trials": " ".join(trial for evidence in self.evidence for trial in evidence.trials),
        }
