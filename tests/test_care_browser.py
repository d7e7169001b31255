"""The site in a real browser: log in, change a rung, see the station's answer arrive."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from ui.care.models import Patient, Prescription, RawTrace, Station
from ui.care.models.programme import State
from ui.care.people.accounts import add_user
from ui.care.prescribing.programme import complete, queue
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.intake import store
from ui.care.simulated.clinic import Size, make_clinic
from ui.care.trust.enrolment import enrol

CHROMIUM = shutil.which("chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
RUNG_1 = b'{"exercises": [{"routine": "supported-standing", "rung": 1}]}'
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


def log_in(page: Page, live_server: LiveServer) -> list[str]:
    """Log in as a therapist; return what the browser will complain of."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    add_user("therapist", role="therapist", password=PASSWORD, all_patients=True)
    page.goto(live_server.url)
    page.get_by_label("Name").fill("therapist")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return complaints


def test_a_new_rung_is_sent_and_the_answer_is_seen(page: Page, live_server: LiveServer) -> None:
    patient = enrol("home-1", "Anna Muster").patient
    assert patient
    home, session, trial = ExampleStation("home-1", patient.pseudonym), new_id(), new_id()
    store([home.trial(session, trial=trial), home.raw(trial), home.session(session)])

    complaints = log_in(page, live_server)
    page.get_by_role("link", name="Anna Muster").click()
    expect(page.get_by_role("img", name="Path of the centre of pressure")).to_be_visible()

    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Supported standing", exact=True).check()
    page.get_by_label("Supported standing: Rung").select_option("2")
    page.get_by_role("button", name="Review the change").click()
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text("Version 1: Waiting to be sent")).to_be_visible()

    assert Prescription.objects.get().document["exercises"][0]["rung"] == 2
    store([home.reply(1, "rejected", "rung 2 is beyond this device's limit")])
    expect(page.get_by_text("Version 1: Rejected by the station")).to_be_visible()
    expect(page.get_by_text("rung 2 is beyond this device's limit")).to_be_visible()

    # What stands beside the state goes with it.
    Prescription.objects.update(state=State.APPLIED)
    queue(Station.objects.get(), complete(RUNG_1, Station.objects.get(), where="test"), who=None)
    page.reload()
    expect(page.get_by_text("Version 1 was the last one the station applied")).to_be_visible()
    store([home.reply(2, "applied")])
    expect(page.get_by_text("Version 2: In force")).to_be_visible()
    expect(page.get_by_text("Version 1 was the last one")).to_have_count(0)
    assert complaints == []


def test_the_main_pages_are_clean_by_axe_and_work_by_keyboard(page: Page, live_server: LiveServer) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    complaints = log_in(page, live_server)
    size = Size(patients=3, days=28, traces=1)
    make_clinic(size, now=timezone.now(), log=lambda _line: None)
    fallen = Patient.objects.order_by("pk")[0]
    trial = RawTrace.objects.latest("message__seq").trial
    home = f"{live_server.url}/patients/{fallen.pseudonym}/"
    found = {}
    # What dark colours could spoil is the contrast; everything else is the same page.
    for colours, options in (
        ("light", {"resultTypes": ["violations"]}),
        ("dark", {"runOnly": ["color-contrast"]}),
    ):
        page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        for url in (live_server.url, home, f"{home}background/", f"{live_server.url}/trials/{trial}/"):
            page.goto(url)
            for violation in axe.run(page, options=options).response["violations"]:
                found[f"{url} {colours} {violation['id']}"] = violation["nodes"][0]["html"]
    assert found == {}

    page.goto(home)
    expect(page.locator("[data-chart] canvas")).to_have_count(page.locator("[data-chart]").count())
    check_numbers(page)
    assert axe.run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    page.goto(live_server.url)
    page.get_by_role("region", name="Worklist").get_by_role("link", name=fallen.name).first.focus()
    page.keyboard.press("j")
    second = Patient.objects.order_by("pk")[1]
    expect(page.get_by_role("link", name=second.name).first).to_be_focused()
    page.keyboard.press("d")
    expect(page.get_by_text(f"{second.name}: Red flag – done.")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Said yes at the check-in: new numbness")).to_be_visible()
    assert complaints == []


def check_numbers(page: Page) -> None:
    """The numbers of a chart are the ones it draws, one line for each time, asked for with the keyboard."""
    chart = page.locator("figure.plot").filter(has_text="Pain and effort")
    drawn = json.loads(page.locator("script#pain").text_content() or "")
    rows = chart.locator(".numbers tbody tr")
    assert rows.count() == 0
    for _ in range(3):  # opened, closed, and opened again
        chart.locator("summary").press("Enter")
    expect(rows).to_have_count(len(drawn["x"]))
    pains = [series["values"][-1] for series in drawn["series"]]
    told = ["–" if pain is None else f"{pain:g}" for pain in pains]
    assert rows.last.locator("td").all_text_contents() == told
    day = datetime.fromtimestamp(drawn["x"][-1], UTC)
    expect(rows.last.locator("th")).to_have_text(re.compile(rf"{day.day} \w+ {day.year}, {day:%H:%M}"))


def test_a_worklist_that_can_hear_of_nothing_new_says_so(page: Page, live_server: LiveServer) -> None:
    log_in(page, live_server)
    page.clock.install()
    page.goto(live_server.url)
    status = page.locator(".arrivals")
    page.route("**/worklist/new/**", lambda route: route.fulfill(status=502))
    page.clock.fast_forward(4000)
    expect(status).to_contain_text("The site does not answer")
    page.unroute("**/worklist/new/**")
    page.clock.fast_forward(4000)
    expect(status).to_be_empty()
    page.context.clear_cookies()
    page.clock.fast_forward(4000)
    expect(status).to_contain_text("you are logged out")
