"""Enrolment in the setup: a bundle that was given is taken, or it is said why not."""

import io
import json
import shutil
from pathlib import Path

import pytest

from station.setup.answers import Answers
from station.setup.command import ask
from station.setup.place import Place
from station.setup.run import Setup
from station.setup.step import Finding
from tests.test_link_enrolment import Home, enrolled, home  # noqa: F401 (a fixture)
from tests.test_setup import LivePlace, Machine, Pi, _found, _with_bundle, card  # noqa: F401 (a fixture)


def test_a_bundle_that_is_not_there_is_asked_for_again_at_once(card: Path) -> None:  # noqa: F811
    asked = io.StringIO()
    typed = io.StringIO(f"kitchen-7\ngpio\nde\n{card}/nowhere.json\n\n")
    assert ask(Place(card, Machine()), typed, asked).bundle == ""
    wrong = (
        f"  bundle {card}/nowhere.json: cannot be read (No such file or directory). Empty to enrol later.\n"
    )
    assert wrong in asked.getvalue()


def test_setup_that_was_given_no_bundle_fails_and_says_so_among_what_it_does(card: Path) -> None:  # noqa: F811
    setup, machine, said = _with_bundle(card, b"%PDF-1.7\n")
    assert not setup.do()
    (line,) = [line for line in said if line.startswith("Enrolment: ")]
    assert "it is a PDF" in line
    assert machine.typed == ""


def test_of_an_enrolled_station_an_empty_line_keeps_its_enrolment(card: Path) -> None:  # noqa: F811
    place, asked = Place(card, Machine()), io.StringIO()
    typed = f"kitchen-7\ngpio\nde\n{card}/nowhere.json\n\n"
    folder = card / "var/lib/balance-station/enrolment"
    folder.mkdir(parents=True)
    (folder / "enrolment.json").write_text("{}", "utf-8")
    assert ask(place, io.StringIO(typed), asked).bundle == ""
    assert (
        asked.getvalue().count("Bundle of the care team (file); empty to keep the enrolment there is: ") == 2
    )
    assert "(No such file or directory). Empty to keep the enrolment there is.\n" in asked.getvalue()
    assert "enrol later" not in asked.getvalue()


class Enrolled:
    """A machine whose station is enrolled as home-1, and setup with a bundle."""

    def __init__(self, card: Path, home: Home) -> None:  # noqa: F811
        self._card = card
        enrolled(home)
        config = card / "etc/balance-station/station.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text('[station]\nid = "home-1"\nstate = "/state"\n')
        shutil.copytree(home.folder / "state/enrolment", card / "state/enrolment")
        self.said: list[str] = []

    def setup(self, bundle: Path) -> Setup:
        answers = Answers(station="home-1", bundle=str(bundle))
        return Setup(LivePlace(self._card, Pi()), answers, say=self.said.append, dry=False)

    def found(self, bundle: Path) -> Finding:
        return _found(self.setup(bundle))["enrolment"]


@pytest.mark.django_db
@pytest.mark.usefixtures("care_folder")
def test_a_bundle_of_somebody_else_is_not_passed_over_in_silence(
    card: Path,  # noqa: F811
    home: Home,  # noqa: F811
    tmp_path: Path,
) -> None:
    place = Enrolled(card, home)
    assert place.found(home.bundle).state == "done"  # the same again: setup may be run as often as one likes

    other = Home(tmp_path / "other")
    enrolled(other, "home-2")
    found = place.found(other.bundle)
    assert found.state == "blocked"
    assert f"bundle {other.bundle} is for station home-2, and this one is enrolled as home-1" in found.text
    assert "it was not used" in found.text
    assert "--undo enrolment" in found.text
    assert not place.setup(other.bundle).do()
    assert any("is for station home-2" in line for line in place.said)

    bundle = json.loads(home.bundle.read_text())
    home.change(ca=bundle["certificate"])
    assert "is of another authority" in place.found(home.bundle).text
    home.bundle.unlink()
    assert "cannot be read" in place.found(home.bundle).text
