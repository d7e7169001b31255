"""Setup looks whether what it starts with the machine really runs."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from station.setup.change import Ran
from station.setup.run import show
from tests.test_setup import BUNDLE, LivePlace, Pi, _live, _with_bundle, card  # noqa: F401 (a fixture)


class Running(Pi):
    """A Pi whose units are as `states` says (SubState, restarts, active since in s); all others run."""

    def __init__(self, **states: str) -> None:
        super().__init__()
        self.states = {f"balance-{name}.service": state for name, state in states.items()}
        self.report = {"fit": True, "first": None}

    def __call__(self, argv: Sequence[str], typed: str) -> Ran:
        if "show" in argv:
            state, restarts, since_s = [*self.states.get(argv[-1], "running").split(" "), "0", "0"][:3]
            since = f"ActiveEnterTimestampMonotonic={since_s}000000"
            return Ran(0, f"NRestarts={restarts}\nSubState={state}\n{since}\n")
        return super().__call__(argv, typed)


def units_line(card: Path, machine: Pi) -> str:  # noqa: F811
    out = io.StringIO()
    show(_live(card, machine), LivePlace(card, machine), out)
    (line,) = [line for line in out.getvalue().splitlines() if "Start with the machine" in line]
    return line


@pytest.mark.parametrize("state", ["failed", "auto-restart", "auto-restart-queued", "start 5", "start-pre 1"])
def test_a_unit_that_fails_is_named_with_what_says_why(card: Path, state: str) -> None:  # noqa: F811
    machine = Running(ui=state)
    assert not _live(card, machine).do()
    line = units_line(card, machine)
    assert line.startswith("blocked")
    assert "balance-ui fails; why, it says: sudo journalctl -u balance-ui -n 30" in line


def test_several_are_named_in_one_command(card: Path) -> None:  # noqa: F811
    machine = Running(ui="failed", station="auto-restart")
    _live(card, machine).do()
    line = units_line(card, machine)
    assert "balance-station and balance-ui fail" in line
    assert line.endswith("journalctl -u balance-station -u balance-ui -n 30")


@pytest.mark.parametrize("state", ["running", "running 7", "dead", "start", ""])
def test_what_runs_starts_or_has_nothing_to_do_here_does_not_fail(card: Path, state: str) -> None:  # noqa: F811
    machine = Running(ui=state)
    assert _live(card, machine).do()
    assert units_line(card, machine).startswith("done")


@pytest.mark.parametrize(
    ("state", "fails"), [("running 7 880", True), ("running 7 100", False), ("running 1 880", False)]
)
def test_a_unit_that_dies_again_and_again_is_named_also_while_it_lives(
    card: Path,  # noqa: F811
    *,
    state: str,
    fails: bool,
) -> None:
    (card / "proc").mkdir(exist_ok=True)
    (card / "proc/uptime").write_text("900.02 1700.00\n")
    machine = Running(ui=state)
    assert _live(card, machine).do() is not fails
    assert ("balance-ui fails" in units_line(card, machine)) is fails


@pytest.mark.parametrize("booted", [True, False])
def test_what_runs_reads_a_new_name_and_a_new_enrolment_at_once_where_systemd_runs_it(
    card: Path,  # noqa: F811
    *,
    booted: bool,
) -> None:
    if booted:
        (card / "run/systemd/system").mkdir(parents=True)
    setup, machine, _ = _with_bundle(card, json.dumps(BUNDLE).encode())
    setup.do()
    units = (f"balance-{unit}.service" for unit in ("station", "uplink", "ui", "panel"))
    restart = ("systemctl", "try-restart", *units)
    assert machine.ran.count(restart) == 2 * booted
    (card / "var/lib/balance-station/enrolment").mkdir()
    assert setup.undo(["enrolment"])
    assert machine.ran.count(restart) == 3 * booted


def test_of_units_nothing_is_known_where_no_systemd_runs(card: Path) -> None:  # noqa: F811
    class Chroot(Running):
        def __call__(self, argv: Sequence[str], typed: str) -> Ran:
            return Ran(1, "System has not been booted") if "show" in argv else super().__call__(argv, typed)

    machine = Chroot()
    _live(card, machine).do()
    assert units_line(card, machine).startswith("done")


def test_why_the_board_could_not_be_looked_at_stands_in_the_list_afterwards(card: Path) -> None:  # noqa: F811
    class Deaf(Running):
        def __call__(self, argv: Sequence[str], typed: str) -> Ran:
            said = Ran(1, "balance-station check: no chip answers")
            return said if "check" in argv else super().__call__(argv, typed)

    assert not _live(card, Deaf()).do()
    found = {step.name: finding for step, finding in _live(card, Running()).findings()}
    assert found["check"].state == "todo"
    assert "no chip answers" in found["check"].text
