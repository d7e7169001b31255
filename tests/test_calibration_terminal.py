"""At a terminal a person sees the cells settle and the look advance, and answers with Enter, back or quit."""

import io
import os
from collections.abc import Iterator

import pytest
from rich.console import Console

from calibration.spoken import AskStep, Back, Counts, Go, NotTaken, Quit, Ready, StepTaken
from calibration.terminal import Terminal, picture_of
from station.errors import CalibrationError

STEP = AskStep(number=2, of=28, kind="mass", key="mass", text="put 10.02 kg at the middle", resumed=True)
LOOKING = Counts(
    counts=(1000, 2000, None, 4000),
    net_n=(10.0, 20.0, None, 40.0),
    still=(True, False, False, True),
    looking=True,
    progress=0.5,
)


class Typist:
    """A terminal whose lines are typed by the test."""

    def __init__(self, *, live: bool) -> None:
        self.hears, self.types = os.pipe()
        self.shown = io.StringIO()
        console = Console(file=self.shown, force_terminal=live, width=100, highlight=False, no_color=True)
        self.terminal = Terminal(self.hears, console)

    def type(self, text: str) -> None:
        os.write(self.types, text.encode())

    def text(self) -> str:
        return self.shown.getvalue()


@pytest.fixture(params=[True, False])
def typist(request: pytest.FixtureRequest) -> Iterator[Typist]:
    typist = Typist(live=request.param)
    yield typist
    typist.terminal.close()
    os.close(typist.hears)
    os.close(typist.types)


def test_each_step_says_its_number_and_what_may_be_typed(typist: Typist) -> None:
    typist.terminal.say(STEP)
    assert "2 of 28. put 10.02 kg at the middle" in typist.text()
    assert "Enter when done, back, or quit" in typist.text()
    assert "back repeats step 1" in typist.text()


def test_enter_back_and_quit_are_heard_one_at_a_time(typist: Typist) -> None:
    typist.type("\nback\nQuit\n")
    heard = [typist.terminal.heard(looking=False) for _ in range(4)]
    assert heard == [[Go()], [Back()], [Quit()], []]


def test_what_is_typed_during_a_look_waits_until_it_ends(typist: Typist) -> None:
    typist.type("\n")
    assert typist.terminal.heard(looking=True) == []
    assert typist.terminal.heard(looking=False) == [Go()]


def test_another_word_is_answered_with_those_there_are(typist: Typist) -> None:
    typist.type("what\n")
    assert typist.terminal.heard(looking=False) == []
    assert "Enter when done, back, or quit" in typist.text()


def test_a_refusal_is_one_sentence(typist: Typist) -> None:
    typist.terminal.say(NotTaken(key="nothing_put", text="nothing was put on the plate"))
    assert "not taken: nothing was put on the plate" in typist.text()


def test_the_cells_are_shown_as_they_settle_only_where_there_is_a_terminal(typist: Typist) -> None:
    typist.terminal.say(STEP)
    typist.terminal.say(LOOKING)
    typist.terminal.say(StepTaken(number=2))
    assert ("10.0 N" in typist.text()) == typist.terminal._console.is_terminal


def test_the_picture_has_the_cells_as_they_lie_and_a_bar() -> None:
    console = Console(file=io.StringIO(), width=100, no_color=True)
    with console.capture() as shown:
        console.print(picture_of(LOOKING))
    front, rear, together, bar = shown.get().splitlines()[:4]
    assert front.split() == ["FL", "10.0", "N", "still", "FR", "20.0", "N", "moving"]
    assert rear.split() == ["RL", "no", "readings", "RR", "40.0", "N", "still"]
    assert "measuring" in together
    assert bar.strip()


def test_the_end_of_the_input_gives_up_with_what_to_do() -> None:
    hears, types = os.pipe()
    os.close(types)
    terminal = Terminal(hears, Console(file=io.StringIO()))
    with pytest.raises(CalibrationError, match="--answers FILE"):
        terminal.heard(looking=False)
    os.close(hears)


def test_the_daily_check_takes_the_own_weight_of_whoever_stands_there(typist: Typist) -> None:
    typist.type("Ayşe\nme seventy\nme 71.4\n")
    ready = Ready(verb="daily", masses=1, width_mm=400, length_mm=400, sim=True)
    answers = typist.terminal.answers(ready)
    assert (answers.own_weight_kg, answers.masses_kg) == (71.4, ())
    assert "bathroom scale" in typist.text()


def test_masses_are_asked_until_they_are_numbers_with_a_point_or_a_comma(typist: Typist) -> None:
    typist.type("Ayşe\nten\n10,02 19.96\n")
    ready = Ready(verb="plate", masses=1, width_mm=400, length_mm=400, sim=True)
    answers = typist.terminal.answers(ready)
    assert answers.masses_kg == (10.02, 19.96)
    assert answers.who == "Ayşe"


def test_a_calibration_has_somebody_who_made_it(typist: Typist) -> None:
    typist.type("\n  \nAyşe\n10\n\n")
    ready = Ready(verb="plate", masses=1, width_mm=400, length_mm=400, sim=True)
    assert typist.terminal.answers(ready).who == "Ayşe"
    assert typist.text().count("A name or initials, please") == 2
