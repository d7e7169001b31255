"""What a GPIO call costs with each library, on a character device played at the system-call layer.

On a Raspberry Pi, with the board's lines free, the same on the real chip (counting with strace):

    python -m benchmarks gpio --full          # finds /dev/gpiochip* labelled pinctrl-…; no shim is used
    strace -cf -e trace=ioctl python -m benchmarks.gpio_subject ours 10000
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.gpio_subject import SUBJECTS
from benchmarks.table import show

SHIM_C: Final = Path(__file__).with_name("gpio_shim.c")
PULSES: Final = 25


class Row(NamedTuple):
    """One library; a call is one of: four clocks high, four clocks low, four lines read."""

    library: str
    ioctls_a_call: float | str
    us_a_call: float | str
    ms_a_word_of_four_chips: float | str
    bytes_allocated_a_bit: int | str


def run(rounds: int) -> list[Row]:
    """Return a row a library; one that is not installed says so."""
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ) | _stage(Path(folder))
        return [_measure(name, rounds, environment) for name in SUBJECTS]


def _stage(folder: Path) -> dict[str, str]:
    """Return the environment of the subjects: the real chip of a Pi, or the played one."""
    from station.board.gpio import find_chip  # noqa: PLC0415
    from station.errors import BoardError  # noqa: PLC0415

    try:
        with find_chip(None) as chip:
            return {"GPIO_DEVICE": chip.path}
    except BoardError:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            return {}
        shim = folder / "gpio_shim.so"
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", shim, SHIM_C, "-ldl"], check=True)
        devices = folder / "dev"
        devices.mkdir()
        (devices / "gpiochip0").touch()
        return {"LD_PRELOAD": str(shim), "GPIO_DEVICE": str(devices / "gpiochip0")}


def _measure(name: str, rounds: int, environment: dict[str, str]) -> Row:
    command = [sys.executable, "-m", "benchmarks.gpio_subject", name, str(rounds)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or ["failed"])[-1]
        return Row(name, why, "", "", "")
    got = json.loads(done.stdout)
    ioctls = "see strace" if got["ioctls"] is None else got["ioctls"]
    return Row(name, ioctls, got["us"], got["us"] * 3 * PULSES / 1000, got["bytes"])


def main(*, full: bool) -> None:
    """Print the table."""
    show("What a GPIO call costs", run(100_000 if full else 5_000))
