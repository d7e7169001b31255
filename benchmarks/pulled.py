"""Emulated machines whose plug is pulled in the middle of sessions: `python -m benchmarks pulled --full`.

QEMU emulates the processor; Debian's kernel, ext4 with an ordered journal and the station run in it, broker
and recorder on the host. A pull kills the machine, and its disk loses of what was not flushed as much as a
power cut may (`benchmarks/pulled_disk.py`). Then the machine starts on the same disk, and everything that was
ever finished on its screen or acknowledged by the care side has to be there. An interrupted run goes on where
it was (`build/pulled`).
"""

import argparse
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.pulled_disk import WAYS
from benchmarks.pulled_home import Home
from benchmarks.pulled_image import CACHE, built
from benchmarks.pulled_life import Pull, Rig, State
from benchmarks.pulled_machine import Machine
from benchmarks.table import show
from station.errors import StationError

FULL_PULLS: Final = 50
PULLS: Final = 3
SEED: Final = 1


class Row(NamedTuple):
    """All pulls of one way in which the disk lost what it had not flushed.

    `writes_waiting` were not flushed at the cut; so many kilobytes of them are gone. `lost` are results, ends
    of sessions and trials the care side had acknowledged that are not there at the next start; `doubled` are
    there twice.
    """

    what_was_not_flushed: str
    pulls: int
    writes_waiting: int
    kilobytes_lost: int
    finished: int
    acknowledged: int
    lost: int
    doubled: int
    damaged: int
    restored: int
    not_usable: int


class Moment(NamedTuple):
    """Where in a session the plug was pulled; attempts cut off in it are kept as interrupted."""

    phase: str
    pulls: int
    interrupted_attempts_kept: int


def moments(pulls: list[Pull]) -> list[Moment]:
    """Return a row for each phase."""
    by_phase = Counter(pull.phase for pull in pulls)
    return [
        Moment(phase, count, sum(pull.interrupted_kept for pull in pulls if pull.phase == phase))
        for phase, count in by_phase.most_common()
    ]


def rows(pulls: list[Pull]) -> list[Row]:
    """Return a row for each way, and one for all."""
    table = []
    for way in (*WAYS, "all"):
        of = [pull for pull in pulls if way in (pull.way, "all")]
        row = Row(
            way,
            len(of),
            sum(pull.waiting for pull in of),
            round(sum(pull.lost_bytes for pull in of) / 1e3),
            sum(pull.finished for pull in of),
            sum(pull.acknowledged for pull in of),
            sum(len(pull.lost) for pull in of),
            sum(pull.doubled for pull in of),
            sum(bool(pull.damaged) for pull in of),
            sum(pull.restored for pull in of),
            sum(not pull.usable for pull in of),
        )
        table.append(row)
    return table


def run(folder: Path, pulls: int, *, seed: int, lies: bool) -> tuple[list[Pull], list[str]]:
    """Pull until the folder's list has as many pulls as asked; return them, and what is wrong in the end.

    Raises StationError.
    """
    image = built(folder / "program.img")
    home = Home(folder)
    saved = folder / "warm"
    if not saved.exists():
        Machine(image, folder).save(saved)
    with ExitStack() as stack:
        home.start(stack)
        rig = Rig(image, saved, home, seed, lies=lies)
        while (have := len(rig.state.done)) < pulls:
            if have + (rig.state.cut is not None) < pulls:
                rig.live()
            else:
                results, wrong = rig.drain()
                print(f"{results} results at the station, all of them at the care side: {not wrong}")
                return rig.state.done, wrong
            _tell(rig.state)
    return rig.state.done, []


def _tell(state: State) -> None:
    cut = state.cut
    said = f"pull {cut.number} ({cut.way}) in {cut.phase}, {cut.waiting} writes waited" if cut else ""
    before = f"; the one before: {state.done[-1]}" if state.done else ""
    print(f"{time.strftime('%H:%M:%S')} {said}{before}", file=sys.stderr, flush=True)


def main(*, full: bool = False, pulls: int | None = None, seed: int = SEED, lies: bool = False) -> int:
    """Print the table; return 1 when anything was lost."""
    wanted = pulls or (FULL_PULLS if full else PULLS)
    folder = CACHE / f"{'lies' if lies else 'run'}-{seed}"
    try:
        done, wrong = run(folder, wanted, seed=seed, lies=lies)
    except StationError as error:
        print(f"pulled: {error}")
        return 1
    show("Machines pulled", rows(done))
    show("In the middle of what", moments(done))
    for sentence in [*wrong, *(sentence for pull in done for sentence in pull.lost)]:
        print(sentence)
    return 1 if wrong or any(pull.wrong for pull in done) else 0


def _asked() -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pulled", description=__doc__)
    parser.add_argument("--pulls", type=int, default=PULLS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--lies", action="store_true", help="the disk does not flush: that must be found")
    return vars(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main(**_asked()))
