"""Where readings come from: the real pins, or simulated chips with a person or a recording on them."""

from pathlib import Path
from typing import Final, NamedTuple

from station.board.breakdown import Breakdowns
from station.board.clock import Clock, MonotonicClock, PacedClock, VirtualClock
from station.board.config import BoardConfig, ReaderName
from station.board.hx711 import Hx711Bank
from station.board.imperfect import ImperfectBoard
from station.board.load import Load, Plate
from station.board.person import Person
from station.board.pins import Pins
from station.board.reader import Reader
from station.board.recording import read_recording
from station.board.simulated_pins import SimulatedPins, simulated_chips
from station.board.standing import RecordedPerson, Standing
from station.errors import ConfigError

REPLAY: Final = "replay:"


class Source(NamedTuple):
    """Pins and the clock they live in; when they are simulated, who stands on them and what breaks."""

    name: str
    pins: Pins
    clock: Clock
    standing: Standing | None
    breakdowns: Breakdowns | None = None

    @property
    def sim(self) -> bool:
        """Whether no real board is behind it."""
        return self.standing is not None

    def reader(self, config: BoardConfig) -> Reader:
        """Return our driver over these pins."""
        return Hx711Bank(self.pins, self.clock, gain=config.gain, rate_hz=config.rate_hz)


class BoughtSource(NamedTuple):
    """Something that makes readings by itself: another package's driver, a Wii board."""

    name: str
    clock: Clock
    bought: Reader
    standing: None = None
    breakdowns: None = None
    sim: bool = False

    def reader(self, config: BoardConfig) -> Reader:  # noqa: ARG002 -- it knows its own wiring
        """Return it."""
        return self.bought


def open_source(
    name: str, config: BoardConfig, *, seed: int, reader: ReaderName = "station", imperfect: bool = False
) -> Source | BoughtSource:
    """Open `simulate`, `replay:FILE`, `wii`, or `gpio` with this reader; `imperfect` is a simulated board.

    Raises ConfigError for another name, RecordingError or BoardError when it cannot be opened.
    """
    if name == "wii":
        from station.board.wii import open_wii  # noqa: PLC0415 -- not in a process that does without

        clock = MonotonicClock()
        return BoughtSource(name, clock, open_wii(clock))
    if name == "gpio" and reader == "hx711":
        from station.board.package import PackageReader  # noqa: PLC0415 -- likewise

        clock = MonotonicClock()
        return BoughtSource(name, clock, PackageReader.open(config, clock))
    if name == "gpio":
        from station.board.gpio import GpioPins  # noqa: PLC0415 -- only a Pi has what this needs

        return Source(name, GpioPins.open(config), MonotonicClock(), None)
    if name == "simulate":
        plate = config.plate if imperfect else None
        standing = Standing(Person(config.plate, seed=seed), config.plate)
        return simulate(name, standing, _paced(standing), seed=seed, imperfect=plate)
    if name.startswith(REPLAY) and len(name) > len(REPLAY):
        recording = read_recording(Path(name.removeprefix(REPLAY)), config.plate)
        standing = Standing(RecordedPerson(recording), config.plate)
        return simulate(name, standing, _paced(standing), seed=seed)
    message = f"the source is '{name}'; it must be simulate, replay:FILE, wii or gpio"
    raise ConfigError(message)


def _paced(standing: Standing) -> PacedClock:
    return PacedClock(idle=lambda: not standing.on_board)


def check_source(name: str, config: BoardConfig, *, reader: ReaderName = "station") -> None:
    """Say at once what `open_source` would say of a source that is not there.

    Raises RecordingError or BoardError with one sentence.
    """
    if name.startswith(REPLAY):
        read_recording(Path(name.removeprefix(REPLAY)), config.plate)
    elif name == "gpio" and reader == "station":
        from station.board.gpio import find_chip  # noqa: PLC0415 -- only a Pi has what this needs

        find_chip(config.gpio_chip).close()


def simulate(
    name: str, standing: Standing, clock: VirtualClock, *, seed: int, imperfect: Plate | None = None
) -> Source:
    """Return simulated chips under somebody, living in this clock; an imperfect plate is as large as this."""
    load: Load = standing if imperfect is None else ImperfectBoard(standing, imperfect, seed=seed)
    chips = simulated_chips(load, seed=seed, now_ns=clock.now_ns())
    pins = SimulatedPins(chips, clock, seed=seed)
    return Source(name, pins, clock, standing, Breakdowns(pins))
