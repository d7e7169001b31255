"""A therapist's ten minutes, with everything there is: one walk through the real site, and a person at home.

WALK_PICTURES=FOLDER takes a picture of every step, 1440 and 820 px wide, light and dark.
"""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
from django_otp.oath import totp
from playwright.sync_api import Page, Route, expect, sync_playwright
from pypdf import PdfReader

from benchmarks.own_postgres import programs
from station.session.protocol import Press
from station.training.snapshot import Snapshot
from tests.conftest import MOSQUITTO
from tests.test_care_browser import CHROMIUM, QUIET
from tests.test_kiosk_window import display
from tests.whole_system import PATIENT, WAIT_S, Home, Whole, until
from ui.patient.screens import Drawing
from ui.patient.view import View

__all__ = ["display"]

NOTE = "Both hands again. We go on when it is calm."
NAME, PASSWORD = "therapist", "calm-river-71-stone"
MISSING = [
    program
    for program, there in (("mosquitto", MOSQUITTO), ("postgresql", programs()), ("chromium", CHROMIUM))
    if not there
]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}: apt-get install them")


@pytest.fixture
def whole(tmp_path: Path, display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Whole]:
    with Whole(tmp_path, display, monkeypatch) as whole:
        whole.care.do(
            ("user", "add", NAME, "--role", "therapist", "--all-patients", "--password-stdin"), said=PASSWORD
        )
        yield whole


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(accept_downloads=True)
        page.set_default_timeout(WAIT_S * 1000)
        expect.set_options(timeout=WAIT_S * 1000)
        yield page
        expect.set_options(timeout=5000)
        browser.close()


def look(page: Page, step: str) -> None:
    """Take pictures of a step, where somebody wants to look at them."""
    folder = os.environ.get("WALK_PICTURES")
    for width, height in ((1440, 900), (820, 1180)) if folder else ():
        for colours in ("dark", "light"):
            page.emulate_media(color_scheme=colours)
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=f"{folder}/{step}-{width}-{colours}.png", full_page="wall" not in step)


def log_in(page: Page, site: str) -> None:
    """Log in for the first time, which sets the telephone up, and then as on every morning."""
    page.goto(site)
    for first in (True, False):
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        if first:
            look(page, "01-second-factor")
            key = page.locator("code.key").inner_text().replace(" ", "")
        # The second code of a telephone is the next one: none works twice.
        page.get_by_role("textbox").fill(f"{code(key, steps_on=0 if first else 1):06}")
        page.get_by_role("button", name="Use this telephone" if first else "Go on").click()
        if first:
            page.get_by_role("link", name="I have them").click()
            page.get_by_role("button", name="Log out").click()


def code(key: str, *, steps_on: int) -> int:
    """Return what an authenticator app shows, or will so many half minutes later."""
    padded = key + "=" * (-len(key) % 8)
    return int(totp(base64.b32decode(padded), drift=steps_on))


def open_patient(page: Page) -> None:
    page.get_by_role("link", name=PATIENT).first.click()
    expect(page.get_by_role("heading", name=PATIENT)).to_be_visible()


def save(route: Route) -> None:
    """Have the browser save what it would show, as somebody does who presses its button for that."""
    shown = route.fetch()
    route.fulfill(response=shown, headers={**shown.headers, "content-disposition": "attachment"})


def kiosk_shows(home: Home, shown: Snapshot, *, instead_of: Snapshot) -> None:
    """Wait until the kiosk's own window looks like this page, and not like the other one."""
    right, wrong = (Drawing(View(snapshot=each)).picture for each in (shown, instead_of))

    def likes_it() -> bool:
        newest = sorted(home.pictures.glob("*.png"))[-2:-1]  # the last one may not be whole yet
        return bool(newest) and _apart(newest[0], right) < 0.1 * _apart(newest[0], wrong)

    until(likes_it, what="the window shows today's plan")


def _apart(file: Path, drawn: pygame.Surface) -> float:
    """Return how far the pixels of a picture are from those that were drawn, on average."""
    seen, wanted = (pygame.surfarray.array3d(each).astype(int) for each in (pygame.image.load(file), drawn))
    return float(np.abs(seen - wanted).mean())


def the_morning(page: Page, whole: Whole) -> None:
    """A password, a code, and what has come over the network since."""
    log_in(page, whole.site)
    expect(page.get_by_role("heading", name="Worklist")).to_be_visible()
    proposed = page.get_by_role("region", name="Worklist").get_by_text("Proposal waiting")
    until(lambda: page.reload() is None or proposed.count(), what="three sessions have come from the station")
    look(page, "02-worklist")


def a_proposal_is_answered(page: Page, home: Home) -> Snapshot:
    """One click, by its evidence; the station trains by it."""
    open_patient(page)
    proposal = page.get_by_role("article", name="Supported standing: ready for rung 2")
    expect(proposal.get_by_role("row")).to_have_count(4)  # a heading and three days
    expect(proposal.get_by_text("1 of 1")).to_have_count(3)
    look(page, "03-proposal")
    proposal.get_by_role("button", name="Accept and send").click()
    expect(page.get_by_text("Version 2: In force")).to_be_visible()
    look(page, "04-accepted")
    plan = home.reach("plan", pain=2)
    assert plan.plan[0].rung == 2
    return plan


def an_alert_arrives(page: Page, home: Home) -> None:
    """It was too much: that comes onto the worklist that lies open, and leads to the patient."""
    page.get_by_role("link", name="Worklist").first.click()
    worklist = page.get_by_role("region", name="Worklist")
    expect(worklist).not_to_contain_text("Pain up")
    arrived = page.get_by_role("status").filter(has_text="Pain up")
    home.press(Press(button="pause"))
    home.reach("checkout", pain_now=5)
    expect(arrived).to_contain_text(PATIENT)
    expect(arrived).to_contain_text("Pain rose by 3 within a session")
    expect(worklist).not_to_contain_text("Pain up")  # what lies below a pointer stays where it is
    look(page, "05-alert")
    home.reach("summary", effort=4)
    arrived.get_by_role("link", name=PATIENT).click()
    expect(page.get_by_role("region", name="On the worklist")).to_contain_text("Pain up")
    look(page, "06-patient")


def a_rung_is_changed(page: Page, home: Home, *, before: Snapshot) -> None:
    """In words, confirmed, followed until the station has applied it, and seen at the kiosk."""
    page.get_by_role("link", name="Change", exact=True).click()
    look(page, "07-editor")
    page.get_by_label("Supported standing: Rung").select_option("1")
    page.get_by_label("Note to the patient").fill(NOTE)
    page.get_by_role("button", name="Review the change").click()
    words = "Supported standing: rung 2 (one hand · 20 s) → 1 (two hands · 20 s)"
    expect(page.get_by_role("region", name="What changes")).to_contain_text(words)
    look(page, "08-review")
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text("Version 3: In force")).to_be_visible()
    steps = page.locator(".rx-state .steps .done")
    assert steps.all_inner_texts() == ["Signed", "Sent", "Received", "Applied"]
    look(page, "09-applied")
    assert home.reach("message").note == NOTE
    plan = home.reach("plan")
    assert [(exercise.routine, exercise.rung) for exercise in plan.plan] == [("supported-standing", 1)]
    kiosk_shows(home, plan, instead_of=before)


def a_hold_is_watched_and_stopped(page: Page, home: Home) -> None:
    """The CoP moves and the ring fills on the wall, and its Stop reaches the person on the board."""
    page.get_by_role("link", name="Wall").click()
    tile = page.locator(f"[data-sid={home.sid}]")
    home.reach("hold")
    home.see(lambda shown: shown.supervised, what="that somebody looks on")
    expect(tile.locator(".head")).to_have_text("Holding")
    expect(tile.get_by_text("Simulated")).to_be_visible()
    page.wait_for_function(
        """() => {
          const holds = window.drawn.filter((news) => news.ring?.[0] === "hold" && news.counting && news.xy);
          const places = new Set(holds.map((news) => news.xy.join()));
          return places.size > 5 && holds.at(-1).ring[1] > holds[0].ring[1] + 0.5;
        }"""
    )
    look(page, "10-wall-hold")
    tile.get_by_role("button", name="Stop").click()
    expect(tile.get_by_text("Stop was pressed")).to_be_visible()
    stopped = home.see(lambda shown: shown.phase == "checkout", what="the questions after training")
    assert stopped.results[-1].outcome == "stopped"
    look(page, "11-wall-stopped")
    home.reach("summary", effort=3)


def the_day_is_printed(page: Page) -> None:
    """One page, which says what was done."""
    page.get_by_role("link", name="Worklist").first.click()
    open_patient(page)
    ended = page.get_by_text("Stopped · supervised")
    until(lambda: page.reload() is None or ended.count(), what="the session's result has come")
    look(page, "12-evening")
    page.route("**/report.pdf*", save)
    page.get_by_text("Report and export").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Report (PDF)").click()
    (paper,) = PdfReader(taken.value.path()).pages
    words = " ".join(paper.extract_text().split())
    for said in (
        *(PATIENT, "SIMULATED", "Supported standing", "two hands", "1 × Pain rose by 2 or more"),
        "Held to the end in 3 of 4 tries",
    ):
        assert said in words


def test_a_therapist_walks_through_the_day_and_the_person_at_home_sees_it(page: Page, whole: Whole) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script("window.drawn = []; window.wallMeasure = (news) => window.drawn.push(news);")

    the_morning(page, whole)
    # Before the rung is changed: a new version takes back what was proposed under the one before.
    harder = a_proposal_is_answered(page, whole.home)
    an_alert_arrives(page, whole.home)
    a_rung_is_changed(page, whole.home, before=harder)
    a_hold_is_watched_and_stopped(page, whole.home)
    the_day_is_printed(page)

    assert complaints == []
    assert {
        *("logged in", "set up a second factor", "answered a station: accepted"),
        *("live view: begun", "command stop: done", "took a report"),
    } <= set(whole.audit())
