"""Every page of the care site as a picture: `python -m benchmarks.care_screens FOLDER`.

Needs Chromium and mosquitto; with pdftoppm the report and a printed page, too.

Two clinics are made for it, a simulated one and a new one. Each page is also held against axe-core, against
the width of its window, and on a tablet its buttons and fields against a finger's 44 px; what is found is
written beside the pictures into `found.txt`, and what a browser complains of.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, sync_playwright

from benchmarks.care_scene import Site, Visitor, room
from benchmarks.care_steps import Step, Walk
from benchmarks.care_walk import STEPS

WIDTHS: Final = {1440: 900, 820: 1180}
COLOURS: Final = ("light", "dark")
LANGUAGES: Final = {"en": "en-GB", "de": "de-DE", "es": "es-ES", "tr": "tr-TR"}
FINGER_PX: Final = 44
TABLET_PX: Final = 1000
QUIET: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
# What is wider than the window, or cut off within itself.
WIDE: Final = """() => {
  const out = [], edge = document.documentElement.clientWidth;
  const whole = document.documentElement.scrollWidth;
  if (whole > edge) out.push(`the page is ${whole} px wide`);
  for (const it of document.querySelectorAll("main *, header *, footer *")) {
    const box = it.getBoundingClientRect();
    const scrolls = it.closest(".scroll, .wide, .hidden, .skip, svg, dialog:not([open])");
    const wider = it.scrollWidth > it.clientWidth + 1;
    const beyond = box.width && !scrolls && box.right > edge + 1;
    if (beyond) out.push(`beyond the edge: ${it.outerHTML.slice(0, 99)}`);
    if (it.matches(".wide, .scroll") && wider) out.push(`scrolls sideways: ${it.className}`);
    if (getComputedStyle(it).textOverflow === "ellipsis" && wider) out.push(`cut off: ${it.textContent}`);
  }
  return out;
}"""
SMALL: Final = """(least) => {
  if (matchMedia("print").matches) return []; // nobody presses paper
  const pressed = "button, select, textarea, input:not([type=hidden]), summary, a.button, nav a";
  const out = [];
  for (const it of document.querySelectorAll(pressed)) {
    const ticked = it.matches("[type=checkbox], [type=radio]");
    const box = ((ticked && (it.closest("label") || it.closest("td"))) || it).getBoundingClientRect();
    if (box.width && !it.closest(".hidden, dialog:not([open])") && box.height < least - 0.5)
      out.push(`${Math.round(box.height)} px high: ${it.outerHTML.replace(/\\s+/g, " ").slice(0, 110)}`);
  }
  return out;
}"""


class Camera:
    """Takes a page in every size and colour asked for, and notes what is wrong with it."""

    def __init__(self, folder: Path, language: str, widths: Sequence[int], colours: Sequence[str]) -> None:
        self._folder, self._language = folder / language, language
        self._widths, self._colours = widths, colours
        self._folder.mkdir(parents=True, exist_ok=True)
        self.found: list[str] = []
        self.complaints: list[str] = []

    def listen(self, page: Page) -> None:
        """Note what the browser complains of."""
        if not hasattr(page, "heard"):
            page.heard = True  # type: ignore[attr-defined]
            page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def take(self, step: Step, page: Page) -> int:
        """Take the pictures of one step; return how many."""
        self.listen(page)
        for width in self._widths:
            for colours in self._colours:
                page.set_viewport_size({"width": width, "height": WIDTHS[width]})
                page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
                page.wait_for_timeout(250)  # charts are drawn anew
                file = self._folder / f"{step.name}-{width}-{colours}.png"
                page.screenshot(path=file, full_page=step.whole)
                self.found += [f"{file.stem}: {words}" for words in _fits(page, width)]
                if width == self._widths[0]:
                    self.found += [f"{file.stem}: {words}" for words in _clean(page, colours)]
        page.emulate_media(media="screen")
        return len(self._widths) * len(self._colours)


def _fits(page: Page, width: int) -> Iterator[str]:
    """Yield what is wider than the window or too small for a finger."""
    yield from page.evaluate(WIDE)
    if width < TABLET_PX:
        yield from (f"small: {words}" for words in page.evaluate(SMALL, FINGER_PX))


def _clean(page: Page, colours: str) -> Iterator[str]:
    """Yield what axe-core finds; what dark colours could spoil is the contrast."""
    options = {"resultTypes": ["violations"]} if colours == "light" else {"runOnly": ["color-contrast"]}
    for violation in Axe().run(page, options=options).response["violations"]:
        for node in violation["nodes"]:
            yield f"axe {violation['id']}: {node['html'][:160]} {_why(node)}"


def _why(node: dict[str, Any]) -> str:
    return " ".join(check["message"] for check in node["any"])[:160]


def walk(folder: Path, steps: Sequence[Step], languages: Sequence[str], **how: Any) -> tuple[int, list[str]]:
    """Take every picture; return how many, and what was found."""
    taken, found = 0, []
    with ExitStack() as stack:
        inside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="balance-screens-")))
        port = room(inside, stack)
        clinic = Site(inside / "clinic", stack, mqtt=port, second_factor=False)
        clinic.dress()
        clinic.serve()
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        for language in languages:
            new = Site(inside / f"new-{language}", stack, mqtt=port, second_factor=True)
            new.add("admin-1", "admin")
            new.serve()
            camera = Camera(folder, language, **how)
            visitor = Visitor(browser, LANGUAGES[language])
            way = Walk(clinic, new, visitor, _newcomer(clinic, language))
            for step in steps:
                try:
                    taken += camera.take(step, step.go(way))
                except Error as error:
                    found.append(f"{language}/{step.name}: no picture: {' '.join(str(error).split())[:300]}")
            if language == "en" and len(steps) == len(STEPS):
                taken += _papers(way, folder)
            visitor.close()
            found += [f"{language}/{line}" for line in (*camera.found, *camera.complaints)]
        browser.close()
    return taken, found


def _newcomer(clinic: Site, language: str) -> str:
    """Give somebody an account whose password is to be changed; return that."""
    return clinic.add(f"newcomer-{language}", "therapist", None).split()[-1]


def _papers(way: Walk, folder: Path) -> int:
    """Print the report and the patient's page as on paper; return how many sheets. Needs pdftoppm."""
    if shutil.which("pdftoppm") is None:
        return 0
    page = way.at("therapist", "/patients/{proposal}/")
    page.wait_for_timeout(500)
    page.emulate_media(media="print", color_scheme="dark")  # the camera asked for a screen
    report = page.request.get(way.fill("/patients/{proposal}/report.pdf")).body()
    papers = {"report": report, "patient-on-paper": page.pdf(format="A4")}
    for name, paper in papers.items():
        command = ("pdftoppm", "-png", "-r", "70", "-", str(folder / name))
        subprocess.run(command, input=paper, check=True)
    return len([*folder.glob("report*.png"), *folder.glob("patient-on-paper*.png")])


def main(argv: Sequence[str] | None = None) -> int:
    """Take the pictures; exit 1 where one could not be taken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.care_screens", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", action="append", choices=LANGUAGES, help="English where none is given")
    parser.add_argument("--width", action="append", type=int, choices=WIDTHS, help="both where none is given")
    parser.add_argument("--colours", action="append", choices=COLOURS, help="both where none are given")
    parser.add_argument("--only", action="append", metavar="WORD", help="steps with this in their name")
    options = parser.parse_args(argv)
    steps = [step for step in STEPS if not options.only or any(word in step.name for word in options.only)]
    taken, found = walk(
        options.folder,
        steps,
        options.language or ["en"],
        widths=options.width or [*WIDTHS],
        colours=options.colours or COLOURS,
    )
    (options.folder / "found.txt").write_text("".join(f"{line}\n" for line in found))
    print(f"{taken} pictures in {options.folder}, {len(found)} lines in found.txt")
    missing = [line for line in found if ": no picture: " in line]
    print("\n".join(missing), file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
