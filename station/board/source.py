"""Where readings come from: the real pins, or simulated chips with a person or a recording on them."""

from pathlib import Path
from typing import Final, NamedTuple

from station.board.clock import Clock, MonotonicClock, PacedClock, VirtualClock
from station.board.config import BoardConfig
from station.board.person import Person
from station.board.pins import Pins
from station.board.recording import read_recording
from station.board.simulated_pins import SimulatedPins, simulated_chips
from station.board.standing import RecordedPerson, Standing
from station.errors import ConfigError

REPLAY: Final = "replay:"


class Source(NamedTuple):
    """Pins, the clock they live in, and who stands on them when they are simulated."""

    name: str
    pins: Pins
    clock: Clock
    standing: Standing | None

    @property
    def sim(self) -> bool:
        """Whether no real board is behind it."""
        return self.standing is not None


def open_source(name: str, config: BoardConfig, *, seed: int) -> Source:
    """Open `simulate`, `replay:FILE` or `gpio`.

    Raises ConfigError for another name, RecordingError or BoardError when it cannot be opened.
    """
    if name == "gpio":
        from station.board.gpio import GpioPins  # noqa: PLC0415 -- only a Pi has what this needs

        return Source(name, GpioPins.open(config), MonotonicClock(), None)
    if name == "simulate":
        return simulate(name, Standing(Person(config.plate, seed=seed)), PacedClock(), seed=seed)
    if name.startswith(REPLAY) and len(name) > len(REPLAY):
        recording = read_recording(Path(name.removeprefix(REPLAY)), config.plate)
        return simulate(name, Standing(RecordedPerson(recording)), PacedClock(), seed=seed)
    message = f"the source is '{name}'; it must be simulate, replay:FILE or gpio"
    raise ConfigError(message)


def simulate(name: str, standing: Standing, clock: VirtualClock, *, seed: int) -> Source:
    """Return simulated chips under somebody, living in this clock."""
    chips = simulated_chips(standing, seed=seed, now_ns=clock.now_ns())
    return Source(name, SimulatedPins(chips, clock, seed=seed), clock, standing)
