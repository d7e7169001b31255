"""A second person beside the one who trains: what they may do, and that they were there."""

from collections.abc import Iterable
from typing import Final, Protocol

from station.errors import SupervisionError
from station.session.protocol import Answer, Command, Press
from station.session.store import Store
from station.training.snapshot import Phase

SUPERVISOR: Final = "supervisor"  # the name under which such a client says hello
CARE: Final = "care"  # says something for the care team, which does not look on: the same rules
SUPERVISED_NOTE: Final = "supervised"  # the session somebody looked on at, also across a loss of power

# Start leads to a page on which the person's own consent is still to come: stepping on, or an answer.
MAY_START: Final[tuple[Phase, ...]] = ("plan", "setup", "result", "rest", "pause")
ON_THE_BOARD: Final[tuple[Phase, ...]] = ("step_on", "weigh", "countdown", "hold")  # start is a pause there
STANDS_N: Final = 100.0  # somebody has a foot on the board


class Named(Protocol):
    """A client that has said who it is."""

    name: str


def is_watched(peers: Iterable[Named]) -> bool:
    """Return whether a supervisor is connected."""
    return any(peer.name == SUPERVISOR for peer in peers)


def check_allowed(command: Command, phase: Phase, load_n: float | None) -> None:
    """Let somebody else than the person say this, or raise SupervisionError saying why not.

    Stopping is always allowed, but it answers no "Are you all right?". Nobody answers for the person, and
    the next step is never one that begins under somebody who stands there already, after a pause neither.
    """
    if isinstance(command, Answer):
        raise SupervisionError(
            "only the person who trains answers questions; ask them to do so at the screen"
        )
    if not isinstance(command, Press):
        return
    if phase == "all_right":
        raise SupervisionError("the person is asked whether they are all right; go to them, and press there")
    if command.button != "start" or phase in ON_THE_BOARD:
        return
    if phase not in MAY_START:
        raise SupervisionError("only the person who trains goes on from here; ask them to press Start")
    if phase in ("setup", "pause") and (load_n is None or load_n > STANDS_N):
        raise SupervisionError(
            "somebody may be standing on the board; let them step off first, or press Start themselves"
        )


def was_supervised(store: Store, session: str) -> bool:
    """Return whether somebody has looked on at this session."""
    return store.note(SUPERVISED_NOTE) == session.encode()
