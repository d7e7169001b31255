"""The benches of the screen: done by the kiosk's own program, which alone has a screen and a loudspeaker."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from station.errors import StationError

BENCHES: Final = ("frames", "latency", "sound")
SIMULATED_S: Final = 5  # a simulation only shows that the code runs
KIOSK: Final = "ui.patient"


def bench(name: str, *, simulate: bool, seconds: float | None = None) -> dict[str, Any]:
    """Return the figures, how they were drawn, and `sim_because`: why they may say nothing of a Pi.

    Raises StationError; the kiosk has then said why: it has the screen itself, no station runs, no sound.
    """
    options = ["--offscreen"] if simulate else []
    measured_s = seconds or (SIMULATED_S if simulate else None)
    options += [] if measured_s is None else ["--seconds", f"{measured_s:g}"]
    if name == "latency" and simulate:
        with simulated_station() as socket:
            return _asked(name, [*options, "--socket", str(socket)])
    return _asked(name, options)


def _program(*words: str) -> list[str]:
    isolated = ("-I",) if sys.flags.isolated else ()
    return [sys.executable, *isolated, "-m", *words]


def _asked(name: str, options: list[str]) -> dict[str, Any]:
    """Run the kiosk's program; what it asks of the person goes to standard error."""
    command = _program(KIOSK, "--bench", name, "--json", *options)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    try:
        document: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        stop = "the kiosk has the screen while it runs: sudo systemctl stop balance-ui"
        raise StationError(f"{name} was not measured; see the line above ({stop})") from None
    why = "; ".join(document["sim_because"]) or None
    return {"drawn_with": document["driver"], "sim_because": why, **document[name]}


@contextmanager
def simulated_station() -> Iterator[Path]:
    """Run a station with a simulated board in a folder that goes; give its socket, there or not yet."""
    with tempfile.TemporaryDirectory(prefix="balance-bench-") as folder:
        config = Path(folder) / "station.toml"
        config.write_text(
            f'[station]\nid = "bench"\nstate = "{folder}"\n[source]\nsource = "simulate"\n', "utf-8"
        )
        command = _program("station", "run", "--config", str(config))
        station = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            yield Path(folder) / "session.sock"
        finally:
            station.terminate()
            station.wait()
