"""What the raw trace of a trial costs on the wire: 30 s on four simulated chips of 80 SPS, by their noise.

A person of the simulation sways on them; with recordings beside the project (`../shared/data`) also somebody
recorded on a force plate. The message is whole: envelope, plate and three seconds from before the hold.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks.table import show
from station.board.clock import VirtualClock
from station.board.config import BoardConfig
from station.board.hx711 import Hx711Bank
from station.board.load import GRAVITY_M_S2
from station.board.person import Person
from station.board.recording import read_recording
from station.board.simulated import NOMINAL_COUNTS_PER_N
from station.board.simulated_pins import SimulatedPins
from station.board.source import simulate
from station.board.standing import Body, RecordedPerson, Standing
from station.link.messages import RawTrace, encode
from station.link.wrap import wrap
from station.session.store import Header, new_id
from station.sway.plate import Plate
from station.sway.reading import ALG, Reading
from station.sway.trace import ENCODING, decode_trace, encode_trace

SECONDS: Final = 33
STEPPED_ON_S: Final = 6
SPS: Final = 80.0
POLL_NS: Final = 1_000_000
NOISES_G: Final = (2.0, 10.0, 25.0)  # the datasheet's 90 nV; between; measured on Wii-class cells
RECORDING: Final = Path("../shared/data/hbedb/BDS00001.csv")


class Row(NamedTuple):
    """One trial; `noise_g` is the rms of a cell.

    `sent` is the whole message as the station sends it by itself, `asked` when it was asked for the trace.
    """

    who: str
    noise_g: float
    readings: int
    sent_bytes: int
    asked_bytes: int
    encode_ms: float
    decode_ms: float


def run(noises_g: Sequence[float]) -> Iterator[Row]:
    """Yield a row a noise and person."""
    board = BoardConfig().plate
    for noise_g in noises_g:
        yield _row("simulated", noise_g, Person(board, seed=1))
    if RECORDING.is_file():
        for noise_g in noises_g:
            yield _row("recorded", noise_g, RecordedPerson(read_recording(RECORDING, board)))


def _row(who: str, noise_g: float, body: Body) -> Row:
    readings = _readings(body, noise_g)
    begun_s = time.perf_counter()
    lean = encode_trace(readings, lean=True)
    encoded_s = time.perf_counter()
    decode_trace(lean)
    decoded_s = time.perf_counter()
    return Row(
        who,
        noise_g,
        len(readings),
        _message_bytes(lean, readings),
        _message_bytes(encode_trace(readings), readings),
        (encoded_s - begun_s) * 1000,
        (decoded_s - encoded_s) * 1000,
    )


def _readings(body: Body, noise_g: float) -> list[Reading]:
    clock = VirtualClock(0)
    standing = Standing(body)
    pins = simulate("simulate", standing, clock, seed=1).pins
    assert isinstance(pins, SimulatedPins)
    bank = Hx711Bank(pins, clock)
    for chip in pins.chips:
        chip.noise_counts = noise_g / 1000 * GRAVITY_M_S2 * NOMINAL_COUNTS_PER_N
        chip.sps = SPS
    standing.step_on(0)
    readings: list[Reading] = []
    while clock.now_ns() < (STEPPED_ON_S + SECONDS) * 1_000_000_000:
        readings += bank.poll()
        clock.sleep_ns(POLL_NS)
    bank.close()
    return [reading for reading in readings if reading.t_ns >= STEPPED_ON_S * 1_000_000_000]


def _message_bytes(data: bytes, readings: list[Reading]) -> int:
    """Return the size of the whole message that carries this trace."""
    # Spans and tares with all their digits, as a calibration leaves them.
    plate = Plate(
        (1999.7251839201, 2003.1250192837, 1987.2519283746, 2011.7120394857),
        (31_402.251938,) * 4,
        450.0,
        350.0,
    )
    hold_ns = (readings[0].t_ns + 3_000_000_000, readings[-1].t_ns)
    body = RawTrace(
        trial=new_id(),
        encoding=ENCODING,
        data=data,
        hold_ns=hold_ns,
        plate=plate.to_dict(),
        spans_ns=(hold_ns,),
    )
    header = Header(
        t="2026-05-04T09:00:12.345Z",
        mono_ms=8_123_456,
        boot=new_id(),
        clock="synced",
        subj="p-7f3a09c1d2",
        rx_version=6,
        cal="plate-3f9c2a71",
        alg=ALG,
        sim=True,
    )
    return len(wrap("home-1", "raw", header, msgspec.Raw(encode(body)), id_=new_id(), seq=412))


def main(*, full: bool) -> None:
    """Print the table; the short run has the largest noise alone."""
    show("The raw trace of a trial of 30 s", run(NOISES_G if full else NOISES_G[-1:]))


if __name__ == "__main__":
    main(full=False)
