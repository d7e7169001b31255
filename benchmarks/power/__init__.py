"""Power cuts: of a recorded station, in every state its disk may be left in.

python -m benchmarks power --full      # the figures of docs/power.md
"""

from typing import Final

from benchmarks.power.cuts import run
from benchmarks.table import show

SHORT: Final = 60  # states
FULL: Final = 2000


def main(*, full: bool) -> None:
    """Print two tables: cuts alone, and cuts of a card that also spoils pages of the database."""
    states, lives = (FULL, 3) if full else (SHORT, 1)
    show("Power cuts of a recorded station", run(states, lives=lives))
    show("The same on a card that spoils pages of the database", run(states, lives=lives, damage=True))
