"""A simulated patient on the board: the body follows the phase, the samples follow the body."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from station.board.load import Plate as Cells
from station.board.person import Person
from station.board.person import Stance as Stands
from station.board.standing import Standing
from station.rehearse.measured import Path, measured
from station.rehearse.patient import Manner, Patient
from station.sway.filter import LowPass
from station.sway.live import CUTOFF_HZ, PERIOD_NS, RATE_HZ
from station.sway.plate import MIN_LOAD_N
from station.sway.reading import CELL_COUNT, Sample
from station.sway.report import Report
from station.training.course import Course
from station.training.programme import Planned
from station.training.routine import Stance
from station.training.view import snapshot_of

S: Final = 1_000_000_000
ON_BOARD: Final = ("step_on", "weigh", "countdown", "hold")
GAIT_S: Final = 0.6  # after an exercise, until somebody begins to step off
IDLE_NS: Final = 500_000_000  # between two samples while nobody is on the board
STUMBLE_AFTER_S: Final = 4.0
GRASP_PERCENT: Final = 60.0  # who stumbles holds on tight
LEAVES_AFTER_S: Final = 2.0  # and steps off
ENOUGH_S: Final = 3.0  # and presses stop
FOLLOW_NS: Final = 250_000_000  # how often somebody looks where the next target is
STANDS_LIKE: Final[dict[Stance, Stands]] = {
    "both": "both",
    "together": "together",
    "one-leg": "one-leg",
    "semi-tandem": "semi-tandem",
    "tandem": "tandem",
    "board": "board",
    "off": "both",
}
NO_FORCE: Final = (0.0, 0.0, 0.0, 0.0)


class SimulatedBoard:
    """Samples of a simulated patient, and the measures of what counted."""

    def __init__(self, patient: Patient, cells: Cells = Cells()) -> None:  # noqa: B008 a tuple
        self._patient = patient
        self._cells = cells
        spec = patient.spec
        person = Person(cells, seed=spec.seed, sway_factor=patient.sway_factor, again=patient.occasion)
        self._standing = Standing(person, cells)
        self._filter = LowPass(cutoff_hz=CUTOFF_HZ, rate_hz=RATE_HZ, channels=CELL_COUNT)
        self._rows: list[tuple[float, float, float]] = []
        self._phase = ""
        self._phase_ns = 0
        self._manner: Manner | None = None
        self._deeds: list[tuple[int, str]] = []  # when, what; of this hold
        self._stumbles = patient.spec.stumble_day == patient.day
        self._falls = patient.spec.fall_day == patient.day
        self._followed_ns = 0
        self._left_ns: int | None = None
        self.t_ns = 10 * S

    @property
    def size_mm(self) -> tuple[float, float]:
        """Return width and length of the plate."""
        return self._cells.width_mm, self._cells.length_mm

    @property
    def gives_up(self) -> bool:
        """Return whether somebody has had enough for today: after a stumble, once off the board."""
        return self._left_ns is not None and self.t_ns - self._left_ns > ENOUGH_S * S

    @property
    def fallen(self) -> bool:
        """Return whether the person fell and has not been helped up."""
        return self._falls and self._phase == "fallen"

    def next_sample(self, course: Course) -> Sample:
        """Move the body as the course asks, and return the next sample of the board."""
        self._move(course)
        idle = course.phase not in ON_BOARD and self._is_empty()
        self.t_ns += IDLE_NS if idle else PERIOD_NS
        forces_n = self._standing.forces_n(self.t_ns)
        if idle or not any(forces_n):
            self._filter.reset()
            return Sample(self.t_ns, NO_FORCE, 0.0, None, None)
        self._keep(forces_n)
        fl, fr, rl, rr = self._filter.step(forces_n)
        load_n = fl + fr + rl + rr
        if load_n < MIN_LOAD_N:
            return Sample(self.t_ns, (fl, fr, rl, rr), load_n, None, None)
        x_mm = (fr + rr - fl - rl) / load_n * self._cells.width_mm / 2
        y_mm = (fl + fr - rl - rr) / load_n * self._cells.length_mm / 2
        return Sample(self.t_ns, (fl, fr, rl, rr), load_n, x_mm, y_mm)

    def _is_empty(self) -> bool:
        return not self._standing.on_board and self.t_ns - self._phase_ns > 2 * S

    def _keep(self, forces_n: Sequence[float]) -> None:
        fl, fr, rl, rr = forces_n
        load_n = fl + fr + rl + rr
        if load_n >= MIN_LOAD_N:
            x_mm = (fr + rr - fl - rl) / load_n * self._cells.width_mm / 2
            y_mm = (fl + fr - rl - rr) / load_n * self._cells.length_mm / 2
            self._rows.append((self.t_ns / S, x_mm, y_mm))

    def measures(self, spans_ns: Sequence[tuple[int, int]]) -> Report | None:
        """Return the report of the time that counted; what came before is forgotten."""
        rows, self._rows = self._rows, []
        if not rows:
            return None
        t_s, x_mm, y_mm = np.array(rows).T
        return measured(Path(t_s, x_mm, y_mm), spans_ns)

    # -- the body ------------------------------------------------------------------------------------------

    def _move(self, course: Course) -> None:
        if self._phase == "fallen":
            return
        if course.phase != self._phase:
            self._phase, self._phase_ns = course.phase, self.t_ns
            self._enter(course)
        if self._phase == "hold":
            self._hold(course)
        elif self._phase not in ON_BOARD and self.t_ns - self._phase_ns > GAIT_S * S:
            self._standing.step_off(self.t_ns)

    def _enter(self, course: Course) -> None:
        planned = None if course.today.all_done else course.today.planned
        if planned is None:
            return
        if self._phase == "step_on":
            self._manner = self._patient.manner(planned)
            self._rows.clear()
            self._standing.lean_to(self.t_ns, 0.0, 0.0)
            # Whoever has been weighed holds on from the first step.
            known = course.today.body_weight_n is not None
            self._standing.stand(
                self.t_ns,
                stance=self._stance(planned),
                vision="open",
                surface=planned.rung.surface,
                hands_share=self._manner.hands_percent / 100 if known else 0.0,
            )
            self._standing.step_on(self.t_ns)
        elif self._phase == "countdown" and self._manner is not None:
            self._standing.stand(
                self.t_ns, vision=planned.rung.vision, hands_share=self._manner.hands_percent / 100
            )
        elif self._phase == "hold":
            self._plan_hold(course, planned)

    def _stance(self, planned: Planned) -> Stands:
        return STANDS_LIKE[self._patient.spec.stance or planned.stance]

    def _plan_hold(self, course: Course, planned: Planned) -> None:
        """Decide what will happen in this hold, and when."""
        foot_down_s = self._manner.foot_down_s if self._manner is not None else None
        self._deeds = [] if foot_down_s is None else [(self.t_ns + round(foot_down_s * S), "touch_down")]
        if self._stumbles or self._falls:
            deed = "fall" if self._falls else "stumble"
            self._deeds = [(self.t_ns + round(STUMBLE_AFTER_S * S), deed)]
            self._stumbles = False
        goal = course.attempt.goal if course.attempt is not None else None
        if planned.routine.kind == "repetitions" and goal is not None:
            self._standing.raise_calves(self.t_ns, goal)

    def _hold(self, course: Course) -> None:
        while self._deeds and self._deeds[0][0] <= self.t_ns:
            self._do(self._deeds.pop(0)[1], course)
        if self.t_ns - self._followed_ns >= FOLLOW_NS:
            self._followed_ns = self.t_ns
            self._follow(course)

    def _do(self, deed: str, course: Course) -> None:
        match deed:
            case "touch_down":
                standing_on = course.today.planned.side
                self._standing.touch_down(self.t_ns, "left" if standing_on == "right" else "right")
            case "stumble":
                self._standing.stumble()
                self._standing.stand(self.t_ns, hands_share=GRASP_PERCENT / 100)
                self._deeds.append((self.t_ns + round(LEAVES_AFTER_S * S), "leave"))
            case "leave":
                self._standing.step_off(self.t_ns)
                self._left_ns = self.t_ns
            case "fall":
                self._standing.fall(self.t_ns)
                self._phase, self._phase_ns = "fallen", self.t_ns

    def _follow(self, course: Course) -> None:
        """Bring the CoP to the target that is shown, where one is."""
        live = snapshot_of(course, None).live
        if live.target_index is None or course.attempt is None or course.attempt.centre is None:
            return
        if live.target_index < len(live.targets_mm):
            x_mm, y_mm = live.targets_mm[live.target_index]
            centre = course.attempt.centre
            self._standing.lean_to(self.t_ns, *self._patient.reach(x_mm - centre.x_mm, y_mm - centre.y_mm))

    def stopped(self) -> None:
        """Know that somebody pressed stop."""
        self._left_ns = None

    def helped_up(self) -> None:
        """Let whoever fell be there again, off the board."""
        self._falls = False
        self._phase, self._phase_ns = "", self.t_ns
