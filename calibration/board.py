"""The board that is calibrated: the real one through an acquisition process, or a simulated one."""

import select
import sys
import time
from typing import Final, Protocol

import numpy as np

from calibration.dialogue import Step
from calibration.truth import TruePlate, rmse_mm, standing, true_errors
from station.board.clock import PacedClock, VirtualClock
from station.board.hx711 import Hx711Bank
from station.board.load import EMPTY, Forces, Load, Plate, StillLoad
from station.board.person import Person
from station.board.simulated_pins import SimulatedPins, simulated_chips
from station.errors import BoardError
from station.session.acquisition import Acquisition
from station.sway.plate import Plate as ScalePlate
from station.sway.reading import Reading

POLL_NS: Final = 4_000_000
WAIT_S: Final = 0.05
MOST_RESTARTS: Final = 2
PRESS_N: Final = 120.0


class Board(Protocol):
    """Where readings come from, and whether somebody must put the masses on it."""

    def put(self, step: Step) -> None:
        """Let a simulated hand do the step; a real board leaves it to the person."""
        ...

    def readings(self) -> list[Reading]:
        """Return what the chips said since the last call; may wait some 50 ms."""
        ...

    def close(self) -> None:
        """Let go of the board."""
        ...


class RealBoard:
    """The pins, read by `python -m station acquire`; pins have one user, so no station may run."""

    def __init__(self, config_file: str | None) -> None:
        option = ("--config", config_file) if config_file else ()
        self._said: list[str] = []
        self._acquisition = Acquisition(
            [sys.executable, "-m", "station", "acquire", *option],
            now_ns=time.monotonic_ns,
            log=self._said.append,
        )
        self._acquisition.start()

    def put(self, step: Step) -> None:
        """Leave it to the person."""

    def readings(self) -> list[Reading]:
        """Return what has come. Raises BoardError when the board cannot be read."""
        select.select(self._acquisition.filenos(), [], [], WAIT_S)
        readings = self._acquisition.readings()
        self._acquisition.notes()
        self._acquisition.supervise()
        if self._acquisition.restarts > MOST_RESTARTS:
            why = self._acquisition.said[-1] if self._acquisition.said else "it gives no reason"
            raise BoardError(
                f"the board cannot be read: {why}; stop balance-station first, it uses the same pins"
            )
        return readings

    def close(self) -> None:
        """End the acquisition process."""
        self._acquisition.close()


class _SwayingLoad:
    """A load of this weight under the CoP of a simulated person."""

    def __init__(self, truth: TruePlate, step: Step, plate: Plate, *, seed: int, now_ns: int) -> None:
        self._truth = truth
        self._force_n = step.force_n
        self._plate = plate
        self._person = Person(plate, seed=seed)
        self._person.begin(now_ns)

    def forces_n(self, t_ns: int) -> Forces:
        """Return the force each cell tells."""
        _, x_mm, y_mm = self._plate.cop_of(self._person.forces_n(t_ns))
        return Forces(*self._truth.forces_n(self._force_n, x_mm, y_mm).tolist())


class _Put:
    """What lies or stands on the simulated plate now."""

    def __init__(self) -> None:
        self.load: Load = StillLoad()

    def forces_n(self, t_ns: int) -> Forces:
        """Return the force on each cell."""
        return self.load.forces_n(t_ns)


class SimulatedBoard:
    """A board with imperfections drawn from `seed`, chips under the real driver, in a time of its own.

    Its masses are put `placing_mm` (standard deviation along each axis) beside their places, by another hand
    for another `hand`. `paced` lets it live in the time of the person in front of it.
    """

    def __init__(
        self,
        size_mm: tuple[float, float],
        *,
        seed: int,
        hand: str = "",
        placing_mm: float = 1.0,
        paced: bool = False,
    ) -> None:
        self._placing = np.random.default_rng([seed, *hand.encode()])
        self._truth = TruePlate(np.random.default_rng(seed), size_mm)
        self._placing_mm = placing_mm
        self._seed = seed
        self._plate = Plate(*size_mm)
        self._put = _Put()
        self._clock = PacedClock() if paced else VirtualClock()
        chips = simulated_chips(self._put, seed=seed, now_ns=self._clock.now_ns())
        self._bank = Hx711Bank(SimulatedPins(chips, self._clock, seed=seed), self._clock)

    def put(self, step: Step) -> None:
        """Do the step as told."""
        forces_n = EMPTY
        if step.kind == "mass":
            dx, dy = self._placing.normal(0, self._placing_mm, 2).tolist()
            forces_n = Forces(*self._truth.forces_n(step.force_n, step.x_mm + dx, step.y_mm + dy).tolist())
        elif step.kind == "press":
            forces_n = Forces(*self._truth.forces_n(PRESS_N, step.x_mm, step.y_mm).tolist())
        self._put.load = StillLoad(forces_n)
        if step.kind == "person":
            now_ns = self._clock.now_ns()
            self._put.load = _SwayingLoad(self._truth, step, self._plate, seed=self._seed, now_ns=now_ns)

    def readings(self) -> list[Reading]:
        """Return what the chips said in four milliseconds."""
        self._clock.sleep_ns(POLL_NS)
        return self._bank.poll()

    def true_rmse_mm(self, plate: ScalePlate) -> float:
        """Return how far the CoP of a plate is off under people of 500 to 900 N, root mean square."""
        people = standing(np.random.default_rng(self._seed), plate.size_mm)
        return rmse_mm(true_errors(plate, self._truth, people))

    def close(self) -> None:
        """Power the chips down."""
        self._bank.close()
