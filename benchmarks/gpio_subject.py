"""One GPIO library at work, in a process of its own: `python -m benchmarks.gpio_subject NAME ROUNDS`.

A round is what the driver does for one bit: four PD_SCK high, low again, four DOUT read. Prints one JSON
object: system calls and µs a call, bytes allocated a round.
"""

import ctypes
import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from station.board.config import BoardConfig

CLOCKS: Final = BoardConfig().clock_pins
DATA: Final = BoardConfig().data_pins
CALLS_A_ROUND: Final = 3

Round = Callable[[], object]


def ours() -> Round:
    """The request's descriptor and a prepared buffer."""
    from station.board.gpio import GpioPins  # noqa: PLC0415

    pins = GpioPins.open(BoardConfig(), devices=Path(_device()).parent)
    set_clock, data = pins.set_clock, pins.data

    def one() -> object:
        set_clock(0xF)
        set_clock(0)
        return data()

    return one


def gpiod() -> Round:
    """`gpiod.LineRequest` as its documentation shows it."""
    from gpiod import LineSettings, request_lines  # noqa: PLC0415
    from gpiod.line import Direction, Value  # noqa: PLC0415

    clock, data = LineSettings(direction=Direction.OUTPUT), LineSettings(direction=Direction.INPUT)
    request = request_lines(_device(), config={tuple(CLOCKS): clock, tuple(DATA): data})
    high: dict[int | str, Value] = dict.fromkeys(CLOCKS, Value.ACTIVE)
    low: dict[int | str, Value] = dict.fromkeys(CLOCKS, Value.INACTIVE)
    lines = list(DATA)

    def one() -> object:
        request.set_values(high)
        request.set_values(low)
        return request.get_values(lines)

    return one


def lgpio() -> Round:
    """`lgpio` groups: one claim of four outputs, one of four inputs."""
    import lgpio as lg  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    chip = lg.gpiochip_open(int(Path(_device()).name.removeprefix("gpiochip")))
    lg.group_claim_output(chip, list(CLOCKS))
    lg.group_claim_input(chip, list(DATA))

    def one() -> object:
        lg.group_write(chip, CLOCKS[0], 0xF)
        lg.group_write(chip, CLOCKS[0], 0)
        return lg.group_read(chip, DATA[0])

    return one


def gpiozero() -> Round:
    """`gpiozero` devices over lgpio: a line at a time is all it has."""
    import gpiozero as gz  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415
    from gpiozero.pins.lgpio import (  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415
        LGPIOFactory,
    )

    class Factory(LGPIOFactory):  # type: ignore[misc,unused-ignore]
        def _get_revision(self) -> int:
            return 0xC03111 if "LD_PRELOAD" in os.environ else int(super()._get_revision())

    gz.Device.pin_factory = Factory()
    clocks: list[Any] = [gz.DigitalOutputDevice(pin) for pin in CLOCKS]
    data: list[Any] = [gz.DigitalInputDevice(pin, pull_up=True) for pin in DATA]

    def one() -> object:
        for clock in clocks:
            clock.on()
        for clock in clocks:
            clock.off()
        return [line.value for line in data]

    return one


SUBJECTS: Final[dict[str, Callable[[], Round]]] = {
    "ours": ours,
    "gpiod": gpiod,
    "lgpio": lgpio,
    "gpiozero": gpiozero,
}


def _device() -> str:
    return os.environ.get("GPIO_DEVICE", "/dev/gpiochip0")


def measure(one: Round, rounds: int) -> dict[str, float | None]:
    """Return what one call costs, of three in a round."""
    try:
        counted: Any = ctypes.CDLL(None).shim_calls
        counted.restype = ctypes.c_ulong
    except AttributeError:  # a real chip: strace counts there
        counted = None
    for _ in range(100):
        one()
    before = counted() if counted else 0
    begun_s = time.perf_counter()
    for _ in range(rounds):
        one()
    seconds = time.perf_counter() - begun_s
    calls = counted() - before if counted else None
    return {
        "ioctls": None if calls is None else calls / rounds / CALLS_A_ROUND,
        "us": seconds / rounds / CALLS_A_ROUND * 1e6,
        "bytes": _allocated(one),
    }


def _allocated(one: Round) -> int:
    """Return the bytes a round allocates at its height, its result included."""
    return _height(one) - _height(lambda: None)


def _height(one: Round) -> int:
    tracemalloc.start()
    one()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    one()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - before


if __name__ == "__main__":
    print(json.dumps(measure(SUBJECTS[sys.argv[1]](), int(sys.argv[2]))))
    sys.stdout.flush()
    os._exit(0)  # some libraries wait for threads of theirs
