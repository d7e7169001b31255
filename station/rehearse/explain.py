"""Why a hold counted or did not, second by second."""

from dataclasses import dataclass
from typing import Final

from station.sway.reading import Fault, Sample
from station.training.attempt import Attempt

S: Final = 1_000_000_000

# Why a second did not count, gravest reason first, as a therapist reads it.
WHY: Final = {
    "fault": "the board gave no numbers",
    "step_off": "hardly any load: nobody stood there",
    "edge": "the CoP was at the edge",
    "support_over": "the hands carried more than the rung allows",
}
BEFORE: Final = {
    "step_on": "waiting for somebody on the board",
    "weigh": "standing still to be weighed",
    "countdown": "3-2-1: where the person stands is taken as the start",
}


@dataclass(slots=True)
class Second:
    """One second: how much of it counted, and what was measured in it; None is not known."""

    t_ns: int
    phase: str
    samples: int = 0
    counted_s: float = 0.0
    paused_by: str | None = None
    load_n: float = 0.0
    support_percent: float | None = None
    away_mm: float | None = None  # the CoP's furthest from the start
    in_target_s: float = 0.0

    def sentence(self) -> str:
        """Return what happened in it, in words."""
        if self.phase in BEFORE:
            return f"{BEFORE[self.phase]} ({self.load_n:.0f} N)"
        if self.phase != "hold":
            return "no exercise was running"
        measured = []
        if self.support_percent is not None:
            measured.append(f"hands carry {self.support_percent:.0f} %")
        if self.away_mm is not None:
            measured.append(f"CoP up to {self.away_mm:.0f} mm from the start")
        if self.counted_s:
            measured.append(f"in the target for {self.in_target_s:.2f} s")
        counted = f"counted {self.counted_s:.2f} s"
        why = f", else {WHY.get(self.paused_by, self.paused_by)}" if self.paused_by else ""
        return f"{counted}{why} ({'; '.join(measured)})" if measured else counted + why


class Explainer:
    """Takes every sample after the exercise has taken it."""

    def __init__(self) -> None:
        self.seconds: list[Second] = []
        self._held_s = 0.0
        self._in_target_s = 0.0
        self._attempt: Attempt | None = None

    def take(self, sample: Sample, attempt: Attempt | None, phase: str) -> None:
        """Note what this instant was."""
        if attempt is not self._attempt:
            self._attempt, self._held_s, self._in_target_s = attempt, 0.0, 0.0
        second = self._second(sample.t_ns, phase)
        second.samples += 1
        second.load_n += (sample.load_n - second.load_n) / second.samples
        if attempt is None or phase != "hold":
            return
        second.counted_s += attempt.held_s - self._held_s
        second.in_target_s += attempt.in_target_s - self._in_target_s
        self._held_s, self._in_target_s = attempt.held_s, attempt.in_target_s
        if attempt.paused_by is not None:
            second.paused_by = attempt.paused_by
        if attempt.support_percent is not None:
            second.support_percent = max(second.support_percent or 0.0, attempt.support_percent)
        self._note_place(second, sample, attempt)

    def _second(self, t_ns: int, phase: str) -> Second:
        begins_ns = t_ns // S * S
        if not self.seconds or self.seconds[-1].t_ns != begins_ns:
            self.seconds.append(Second(begins_ns, phase))
        second = self.seconds[-1]
        if phase == "hold":
            second.phase = phase
        return second

    @staticmethod
    def _note_place(second: Second, sample: Sample, attempt: Attempt) -> None:
        if sample.fault is not Fault.NONE or sample.x_mm is None or sample.y_mm is None:
            return
        if attempt.centre is not None:
            dx_mm, dy_mm = sample.x_mm - attempt.centre.x_mm, sample.y_mm - attempt.centre.y_mm
            second.away_mm = max(second.away_mm or 0.0, (dx_mm * dx_mm + dy_mm * dy_mm) ** 0.5)
