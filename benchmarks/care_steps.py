"""The steps that `care_screens` is made of: ways to a page, and what is done on it before its picture."""

import base64
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from django_otp.oath import totp
from playwright.sync_api import Page, Route

from benchmarks.care_scene import PASSWORD, Site, Visitor, log_in

NOTE: Final = "Both hands again until Monday. We go on when it is calm."
WALL_S: Final = 15.0


@dataclass
class Walk:
    """Where the steps are taken: the clinic, the new one, and who looks."""

    clinic: Site
    new: Site
    visitor: Visitor
    once: str = ""  # a password that is to be changed

    def at(self, role: str, path: str) -> Page:
        """Open an address of the clinic; `{fall}` and the like stand for what is known of it."""
        page = self.visitor.page(self.clinic, role)
        page.goto(self.fill(path))
        return page

    def fill(self, path: str) -> str:
        """Return an address with the ids in it."""
        return path.format(**self.clinic.known, **self.clinic.known["stories"])


Go = Callable[[Walk], Page]


@dataclass(frozen=True)
class Step:
    """One picture: its name, the address it is of ("" for what any address may answer), and the way there."""

    name: str
    url: str
    go: Go
    whole: bool = True  # the whole page, not only what the window shows


def opened(name: str, url: str, role: str, path: str, *then: str, whole: bool = True) -> Step:
    """Return a step that opens an address and clicks what stands in `then`, one after the other."""

    def go(walk: Walk) -> Page:
        page = walk.at(role, path)
        for selector in then:
            page.locator(selector).first.click()
            page.wait_for_load_state()
        return page

    return Step(name, url, go, whole)


def sent(name: str, url: str, role: str, path: str, fields: dict[str, str], button: str) -> Step:
    """Return a step that fills a form, sends it, and shows what comes."""

    def go(walk: Walk) -> Page:
        page = walk.at(role, path)
        for field, value in fields.items():
            page.locator(f"main [name='{field}']").first.fill(value)
        # What the browser itself would not send is a page of the site too.
        page.locator("main form").evaluate_all(
            "forms => forms.forEach((form) => { form.noValidate = true; })"
        )
        page.locator(button).first.click()
        page.wait_for_load_state()
        return page

    return Step(name, url, go)


# -- a new clinic, which asks everybody for a second factor ------------------------------------------------


def nobody(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.new)
    page.goto("/login/")
    return page


def wrong(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.new)
    log_in(page, "admin-1", "not this one")
    return page


def locked(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.new)
    for _ in range(8):
        log_in(page, "nobody-of-this-name", "not this one")
    return page


def setup_page(walk: Walk) -> Page:
    return walk.visitor.page(walk.new, "admin")


def codes_page(walk: Walk) -> Page:
    page = setup_page(walk)
    key = page.locator("code.key").inner_text().replace(" ", "")
    padded = key + "=" * (-len(key) % 8)
    page.locator("[name=code]").fill(f"{int(totp(base64.b32decode(padded))):06}")
    page.locator("[name=code]").press("Enter")
    page.locator(".codes").wait_for()
    return page


def asked_for_code(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.new)
    log_in(page, "admin-1", PASSWORD)
    return page


def code_refused(walk: Walk) -> Page:
    page = asked_for_code(walk)
    page.locator("[name=code]").fill("000000")
    page.locator("[name=code]").press("Enter")
    page.wait_for_load_state()
    return page


def must_change(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.clinic)
    log_in(page, f"newcomer-{walk.visitor.language}", walk.once)
    return page


def empty(name: str, url: str, path: str) -> Step:
    """Return a step that looks at a page of the new clinic."""

    def go(walk: Walk) -> Page:
        page = setup_page(walk)
        page.goto(path)
        return page

    return Step(name, url, go)


# -- what needs more than an address ------------------------------------------------------------------------


def arrived(walk: Walk) -> Page:
    page = walk.visitor.page(walk.clinic, "therapist")
    earlier = f"{walk.clinic.address}/worklist/new/?since=2020-01-01T00:00:00Z"

    def ask(route: Route) -> None:
        route.fulfill(response=route.fetch(url=earlier))

    page.route("**/worklist/new/**", ask)
    page.goto("/")
    page.locator(".arrivals .notice").wait_for(timeout=WALL_S * 1000)
    page.unroute("**/worklist/new/**")
    return page


def _dose(page: Page, rung: str) -> None:
    page.locator("select[name$='-rung']").first.select_option(rung)


def reviewed(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{steady}/programme/")
    _dose(page, "2")
    page.locator("[name=note]").fill(NOTE)
    page.locator("[name=why]").fill("Pain 5 after the last session.")
    page.locator("button[value=review]").click()
    page.wait_for_load_state()
    return page


def sent_on(walk: Walk) -> Page:
    page = reviewed(walk)
    page.locator("button[value=send]").click()
    page.wait_for_load_state()
    page.locator(".rx-state").first.scroll_into_view_if_needed()
    return page


def kept_template(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{proposal}/programme/templates/")
    page.locator("main [name=name]").fill(f"Weeks 3 to 6 after a fusion ({walk.visitor.language})")
    page.locator("main form button").last.click()
    page.wait_for_load_state()
    return walk.at("therapist", "/patients/{proposal}/programme/templates/")


def held(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{weary}/programme/send/hold/")
    if page.locator("main [name=note]").count():
        page.locator("main [name=note]").fill("I call you tomorrow at ten.")
        page.locator("main form [type=submit]").last.click()
        page.wait_for_load_state()
    return walk.at("therapist", "/patients/{weary}/")


def one_time(walk: Walk) -> Page:
    page = walk.at("admin", "/people/{assistant}/")
    page.locator("button[value=password]").click()
    page.wait_for_load_state()
    return page


def tokenless(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{new}/")
    page.locator("form[action$='/notes/'] [name=csrfmiddlewaretoken]").first.evaluate(
        "it => { it.value = 'x'; }"
    )
    page.locator("#note-text").fill("A note.")
    page.locator("form[action$='/notes/'] button").first.click()
    page.wait_for_load_state()
    return page


def too_large(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{new}/")
    page.locator("#note-text").evaluate(
        "it => { it.removeAttribute('maxlength'); it.value = 'x'.repeat(4_000_000); }"
    )
    page.locator("form[action$='/notes/'] button").first.click()
    page.wait_for_load_state()
    return page


def failed(walk: Walk) -> Page:
    """Take a table away for as long as the page is asked for."""
    page = walk.at("therapist", "/patients/{proposal}/")
    name, away = "care_programmetemplate", "care_programmetemplate_away"
    with closing(sqlite3.connect(walk.clinic.folder / "care.sqlite3", isolation_level=None)) as database:
        database.execute(f"ALTER TABLE {name} RENAME TO {away}")
        try:
            page.goto(walk.fill("/patients/{proposal}/programme/templates/"))
        finally:
            database.execute(f"ALTER TABLE {away} RENAME TO {name}")
    return page


def wall_page(walk: Walk, *, then: str = "") -> Page:
    page = walk.at("therapist", "/wall/")
    page.locator(".tile[data-tone=good], .tile[data-tone=calm]").first.wait_for(timeout=WALL_S * 1000)
    page.wait_for_timeout(2000)  # trails grow
    if then:
        page.locator(then).first.click()
    return page


def chosen(walk: Walk) -> Page:
    """Show the room's boards only, as a clinic would choose them."""
    page = walk.at("therapist", "/wall/")
    page.locator("[data-open=wall-boards]").click()
    for box in page.locator("#wall-boards [name=board]").all():
        box.set_checked(str(box.get_attribute("value")).startswith("board-"))
    page.locator("[name='label-board-1']").fill("Parallel bars, window side")
    page.locator("#wall-boards [type=submit]").click()
    page.wait_for_load_state()
    return wall_page(walk)


def printed(name: str, url: str, role: str, path: str) -> Step:
    """Return a step that looks at a page as it is on paper."""

    def go(walk: Walk) -> Page:
        page = walk.at(role, path)
        page.wait_for_timeout(500)
        page.emulate_media(media="print")
        return page

    return Step(name, url, go)


def compared(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{proposal}/programme/versions/")
    page.locator("main form [type=submit]").click()
    page.wait_for_load_state()
    return page


def undone(walk: Walk) -> Page:
    page = walk.at("therapist", "/")
    page.locator(".item:not(.now) .acts button[type=submit]").first.click()
    page.wait_for_load_state()
    return page
