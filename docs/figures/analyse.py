"""Draw docs/figures/analyse.png: what `analyse --plot` makes of a simulated person who stood for a minute.

Run `.venv/bin/python docs/figures/analyse.py`.
"""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from station.__main__ import main
from station.board.load import Plate
from station.board.person import Person
from station.board.standing import Standing

S: Final = 1_000_000_000
OUT: Final = Path(__file__).with_suffix(".png")


def record(file: Path, *, seed: int) -> None:
    """Write the forces under a simulated person, 60 s at 100 Hz."""
    standing = Standing(Person(Plate(), seed=seed))
    standing.step_on(0)
    times_ns = range(5 * S, 65 * S, S // 100)
    rows = [(t_ns / S - 5, *standing.forces_n(t_ns)) for t_ns in times_ns]
    np.savetxt(file, rows, delimiter=",", header="t_s,fl_n,fr_n,rl_n,rr_n", comments="", fmt="%.4f")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "simulated-person.csv"
        record(file, seed=4)
        raise SystemExit(main(["analyse", str(file), "--plot", str(OUT)]))
