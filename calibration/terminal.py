"""The end at a terminal: Enter when a step is done, `back`, `quit`, and the cells settling under it."""

from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from calibration.answers import Answers, ask_answers
from calibration.ends import Lines
from calibration.refusal import RefusedError
from calibration.spoken import AnySaid, AnyTold, AskStep, Back, Counts, Go, NotTaken, Quit, Ready, StepTaken
from station.errors import CalibrationError
from station.sway.reading import CELLS

BAR_WIDTH: Final = 44


class Terminal:
    """A person at a terminal; what is shown goes to `console`, standard output is kept for results.

    Without a real terminal the same lines are printed, and no live table.
    """

    def __init__(self, stdin: int, console: Console) -> None:
        self._lines = Lines(stdin)
        self._typed: list[bytes] = []
        self._console = console
        self._live: Live | None = None
        self._asked: AskStep | None = None

    def close(self) -> None:
        """Leave the terminal as it was; may be called twice."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def answers(self, ready: Ready) -> Answers:
        """Ask who it is, and which masses."""
        own_weight = ready.verb == "daily"
        second = ready.verb == "plate"
        return ask_answers(
            self._ask, self._print, masses=ready.masses > 0, own_weight=own_weight, second=second
        )

    def heard(self, *, looking: bool) -> list[AnyTold]:
        """Return the next thing typed; what is typed during a look waits until it ends."""
        if looking:
            return []
        self._typed += self._lines.read() if not self._typed else []
        if not self._typed:
            if self._lines.ended:
                raise CalibrationError("the input ended; give --answers FILE where nobody can answer")
            return []
        word = self._typed.pop(0).decode(errors="replace").strip().lower()
        known: dict[str, AnyTold] = {"": Go(), "back": Back(), "quit": Quit()}
        if word not in known:
            self._print("   Enter when done, back, or quit")
        return [known[word]] if word in known else []

    def say(self, said: AnySaid) -> None:
        """Show it."""
        match said:
            case AskStep():
                self._show_step(said)
            case NotTaken(text=text):
                self._print(f"   not taken: {text}", style="yellow")
            case StepTaken():
                self.close()
            case Counts() if self._console.is_terminal:
                self._show_counts(said)
            case _:
                pass

    def _show_step(self, step: AskStep) -> None:
        self.close()
        self._asked = step
        if step.resumed:
            self._print(f"   back repeats step {step.number - 1}", style="dim")
        self._print(f"{step.number} of {step.of}. {step.text}", style="bold")
        self._print("   Enter when done, back, or quit", style="dim")

    def _show_counts(self, counts: Counts) -> None:
        if self._live is None:
            self._live = Live(console=self._console, transient=True, auto_refresh=False)
            self._live.start()
        self._live.update(picture_of(counts), refresh=True)

    def _print(self, line: str, style: str = "") -> None:
        self._console.print(Text(line, style=style), soft_wrap=True)

    def _ask(self, question: str) -> str:
        self._console.print(Text(question), end="", soft_wrap=True)
        while not self._typed and not self._lines.ended:
            self._typed += self._lines.read(wait=True)
        if not self._typed:
            raise RefusedError("stopped", "the input ended; give --answers FILE where nobody can answer")
        return self._typed.pop(0).decode(errors="replace")


def picture_of(counts: Counts) -> Group:
    """Return the four cells as they lie, and how far the look has come."""
    table = Table.grid(padding=(0, 4))
    for front in (0, 2):
        table.add_row(*(_cell(counts, cell) for cell in (front, front + 1)))
    word = "measuring" if counts.looking else "waiting for you"
    total = Text(f"   {_sum_of(counts)}  {word}", style="cyan" if counts.looking else "dim")
    bar = ProgressBar(total=1.0, completed=counts.progress, width=BAR_WIDTH)
    return Group(table, total, bar if counts.looking else Text(""))


def _cell(counts: Counts, cell: int) -> Text:
    net_n, raw, still = counts.net_n[cell], counts.counts[cell], counts.still[cell]
    if raw is None:
        return Text(f"   {CELLS[cell]}  no readings", style="red")
    told = f"{raw:>10,.0f}" if net_n is None else f"{net_n:>8.1f} N"
    return Text(
        f"   {CELLS[cell]} {told}  {'still' if still else 'moving'}", style="green" if still else "yellow"
    )


def _sum_of(counts: Counts) -> str:
    known = [n for n in counts.net_n if n is not None]
    return f"together {sum(known):.1f} N" if len(known) == len(CELLS) else "together –"


def open_terminal(stdin: int, *, console: Console | None = None) -> Terminal:
    """Return the end at this program's own terminal."""
    return Terminal(stdin, console or Console(stderr=True, highlight=False))
