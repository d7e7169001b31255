"""The site in a real browser: log in, change a rung, see the station's answer arrive."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from ui.care.accounts import add_user
from ui.care.enrolment import enrol
from ui.care.examples import ExampleStation, new_id
from ui.care.intake import store
from ui.care.models import Prescription

CHROMIUM = shutil.which("chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
PASSWORD = "calm-river-71-stone"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("care_folder"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    # Playwright's loop runs in this thread, where Django then sees the tests' own queries.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page()
        browser.close()


def test_a_new_rung_is_sent_and_the_answer_is_seen(page: Page, live_server: LiveServer) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    add_user("therapist", role="therapist", password=PASSWORD, all_patients=True)
    patient = enrol("home-1", "Anna Muster").patient
    assert patient
    home, session, trial = ExampleStation("home-1", patient.pseudonym), new_id(), new_id()
    store([home.trial(session, trial=trial), home.raw(trial), home.session(session)])

    page.goto(live_server.url)
    page.get_by_label("Name").fill("therapist")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Anna Muster").click()
    expect(page.get_by_role("img", name="Path of the centre of pressure")).to_be_visible()

    page.get_by_role("link", name="Change").click()
    page.get_by_label("Supported standing", exact=True).check()
    page.get_by_label("Supported standing: Rung").select_option("2")
    page.get_by_role("button", name="Review the change").click()
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text("Version 1: Waiting to be sent")).to_be_visible()

    assert Prescription.objects.get().document["exercises"][0]["rung"] == 2
    store([home.reply(1, "rejected", "rung 2 is beyond this device's limit")])
    expect(page.get_by_text("Version 1: Rejected by the station")).to_be_visible()
    expect(page.get_by_text("rung 2 is beyond this device's limit")).to_be_visible()
    assert complaints == []
