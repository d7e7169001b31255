"""What a newcomer is told once everything runs: how to log in, and what to try."""

from collections.abc import Sequence
from pathlib import Path

AT_THE_KIOSK = (
    "In the kiosk, press Start and answer the questions; the simulated person steps on and off by itself.",
    "Answer one of the first questions with yes, and look at the open Worklist: it arrives by itself.",
)
BY_ITSELF = ("The simulated person trains by itself, session after session.",)
SCREENS = ("What the kiosk would show: make screens",)
AT_THE_SITE = (
    "Wall: the hold, live. Its Stop reaches the person on the board.",
    "{patient}: Programme, Change, another rung, Review, Sign and send: the page says when it is in force.",
)


def in_source_tree(module: Path = Path(__file__)) -> bool:
    """Return whether this program's folder has the Makefile, as an installed one has not."""
    return (module.parents[2] / "Makefile").is_file()


def greeting(  # noqa: PLR0913 each is said
    *,
    site: str,
    name: str,
    password: str | None,
    patient: str,
    broker: str,
    folder: str,
    kiosk: bool,
    makefile: bool,
) -> Sequence[str]:
    """Return the lines; `kiosk` is whether somebody can see it and press its buttons."""
    unseen = (*BY_ITSELF, *(SCREENS if makefile else ()))
    tries = [*(AT_THE_KIOSK if kiosk else unseen), *(line.format(patient=patient) for line in AT_THE_SITE)]
    return (
        "",
        "  The balance station is running. Everything it measures is SIMULATED.",
        f"    care site   {site}",
        f"    log in      {name}   password: {password}",
        f"    broker      {broker}",
        f"    data, logs  {folder}",
        "  What to try:",
        *(f"    - {line}" for line in tries),
        "  A whole clinic of simulated people: see the README, at demo-data.",
        "  Ctrl-C ends all of it.",
        "",
    )
