"""Steps of the setup taken back: what is said of them, and how the station stands then."""

import io
import json
from pathlib import Path

import pytest

from station.setup.run import Setup, show
from tests.certified import Site
from tests.test_setup import (
    ANSWERS,
    LivePlace,
    Machine,
    Pi,
    _found,
    _live,
    _setup,
    _states,
    card,  # noqa: F401 (a fixture)
)


def test_a_name_that_was_taken_back_is_named_no_more(card: Path) -> None:  # noqa: F811
    _setup(card, Machine())[0].do()
    setup, said = _setup(card, Machine(), None)
    assert setup.undo(["wiring"])
    assert said[-1] == "Name and wiring: taken back"
    for now in (setup, _setup(card, Machine(), None)[0]):  # it is not remembered either
        found = _found(now)["wiring"]
        assert found.state == "blocked"
        assert "this station has no name yet" in found.text
        assert "kitchen-7" not in found.text


def test_what_is_to_do_is_said_as_something_to_do(card: Path) -> None:  # noqa: F811
    found = _found(_setup(card, Machine())[0])["wiring"]
    assert (found.state, found.text) == ("todo", "name it kitchen-7, source gpio, the default pins")


def test_a_dry_run_takes_nothing_back_and_does_not_say_so(card: Path) -> None:  # noqa: F811
    _setup(card, Machine())[0].do()
    setup, said = _setup(card, Machine(), None, dry=True)
    assert setup.undo(["wiring", "boot"])
    assert not any("taken back" in line for line in said)
    assert _states(_setup(card, Machine(), None)[0])["wiring"] == "done"


def _checked(card: Path) -> tuple[Pi, Setup]:  # noqa: F811
    machine = Pi()
    machine.report = {"fit": True, "first": None}
    setup = _live(card, machine)
    setup.do()
    return machine, setup


def test_with_the_wiring_goes_what_was_seen_of_its_board(card: Path) -> None:  # noqa: F811
    _, setup = _checked(card)
    assert _states(setup)["check"] == "done"
    setup.undo(["wiring"])
    assert _states(setup)["check"] == "todo"


def test_a_check_taken_back_says_that_it_is_made_again(card: Path) -> None:  # noqa: F811
    machine, _ = _checked(card)
    said: list[str] = []
    setup = Setup(LivePlace(card, machine), ANSWERS, say=said.append, dry=False)
    assert setup.undo(["check"])
    assert setup.undo(["check"])
    assert said == [
        "Check of the board: what it found is forgotten; setup looks again the next time",
        "Check of the board: nothing to take back",
    ]


def test_an_enrolment_without_a_name_does_not_say_that_the_station_has_another(
    card: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    _setup(card, Machine())[0].do()
    setup, _ = _setup(card, Machine(), None)
    folder = card / "var/lib/balance-station/enrolment"
    folder.mkdir(parents=True)
    given = {"care": Site(tmp_path / "site").give("kitchen-7")._asdict()}
    (folder / "enrolment.json").write_text(json.dumps(given), "utf-8")
    setup.undo(["wiring"])
    found = _found(setup)["enrolment"]
    assert found.state == "by hand"
    assert (
        found.text == "its certificate is for station kitchen-7, and this one has no name yet (step wiring)"
    )


@pytest.mark.parametrize(
    ("undone", "words"),
    [
        (False, "then run setup again: it goes on where it was"),
        (True, "until then it runs as it was started"),
    ],
)
def test_after_an_undo_a_restart_does_not_lead_back_to_setup(
    card: Path,  # noqa: F811
    *,
    undone: bool,
    words: str,
) -> None:
    setup = _live(card, Pi())
    setup.do()
    setup.undo(["boot"])
    show(setup, LivePlace(card, Pi()), out := io.StringIO(), undone=undone)
    assert words in out.getvalue().splitlines()[-1]


def test_what_runs_is_started_again_without_the_name_that_was_taken_back(card: Path) -> None:  # noqa: F811
    (card / "run/systemd/system").mkdir(parents=True)
    machine = Pi()
    setup = _live(card, machine)
    setup.do()
    machine.ran.clear()
    assert setup.undo(["wiring"])
    assert [words[1] for words in machine.ran] == ["try-restart"]
