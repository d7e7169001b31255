"""The child that lets the PyPI package `hx711` read one chip: a line `t_ns counts` for each reading.

Started as `python -m station.board.package_child DATA_PIN CLOCK_PIN GAIN`. It may hang for ever: whoever
started it kills it, and the kernel does when whoever started it has died.
"""

import ctypes
import importlib
import os
import signal
import sys
import time
from typing import Final

PR_SET_PDEATHSIG: Final = 1
FEWEST_MEASURES: Final = 2  # the package refuses to make one alone
STDOUT_FD: Final = 1


def be_ordinary() -> None:
    """Die with the parent, and give back its priority and core: a hang must take time from nobody."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.sched_setaffinity(0, range(os.cpu_count() or 1))


def main(data_pin: int, clock_pin: int, gain: int) -> int:
    """Read for ever; what the package prints goes to standard error."""
    records_fd = os.dup(STDOUT_FD)
    os.dup2(sys.stderr.fileno(), STDOUT_FD)
    try:
        hx711 = importlib.import_module("hx711")
    except ImportError as error:
        mend = "pip install hx711 and RPi.GPIO, or take out reader = 'hx711'"
        os.write(records_fd, f"error the package hx711 cannot be used ({error}); {mend}\n".encode())
        return 1
    chip = hx711.HX711(dout_pin=data_pin, pd_sck_pin=clock_pin, gain=gain, channel="A")
    while True:
        measures = chip.get_raw_data(times=FEWEST_MEASURES)
        # Only the newest has a known time.
        os.write(records_fd, f"{time.monotonic_ns()} {measures[-1]}\n".encode())


if __name__ == "__main__":
    be_ordinary()
    sys.exit(main(*(int(word) for word in sys.argv[1:4])))
