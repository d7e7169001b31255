"""What `care_screens` walks through: a picture a step, and of which address of the site each is.

`PAGES` must name every address that shows a page: `tests/test_care_screens.py` holds it against the URLs.
"""

import base64
from collections.abc import Callable
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


def _nobody(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.new)
    page.goto("/login/")
    return page


def _wrong(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.new)
    log_in(page, "admin-1", "not this one")
    return page


def _locked(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.new)
    for _ in range(8):
        log_in(page, "nobody-of-this-name", "not this one")
    return page


def _setup(walk: Walk) -> Page:
    return walk.visitor.page(walk.new, "admin")


def _codes(walk: Walk) -> Page:
    page = _setup(walk)
    key = page.locator("code.key").inner_text().replace(" ", "")
    padded = key + "=" * (-len(key) % 8)
    page.locator("[name=code]").fill(f"{int(totp(base64.b32decode(padded))):06}")
    page.locator("[name=code]").press("Enter")
    page.locator(".codes").wait_for()
    return page


def _asked_for_code(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.new)
    log_in(page, "admin-1", PASSWORD)
    return page


def _code_refused(walk: Walk) -> Page:
    page = _asked_for_code(walk)
    page.locator("[name=code]").fill("000000")
    page.locator("[name=code]").press("Enter")
    page.wait_for_load_state()
    return page


def _must_change(walk: Walk) -> Page:
    page = walk.visitor.nobody(walk.clinic)
    log_in(page, f"newcomer-{walk.visitor.language}", walk.once)
    return page


def empty(name: str, url: str, path: str) -> Step:
    """Return a step that looks at a page of the new clinic."""

    def go(walk: Walk) -> Page:
        page = _setup(walk)
        page.goto(path)
        return page

    return Step(name, url, go)


# -- what needs more than an address ------------------------------------------------------------------------


def _arrived(walk: Walk) -> Page:
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


def _reviewed(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{steady}/programme/")
    _dose(page, "2")
    page.locator("[name=note]").fill(NOTE)
    page.locator("[name=why]").fill("Pain 5 after the last session.")
    page.locator("button[value=review]").click()
    page.wait_for_load_state()
    return page


def _sent_on(walk: Walk) -> Page:
    page = _reviewed(walk)
    page.locator("button[value=send]").click()
    page.wait_for_load_state()
    page.locator(".rx-state").first.scroll_into_view_if_needed()
    return page


def _kept_template(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{proposal}/programme/templates/")
    page.locator("main [name=name]").fill(f"Weeks 3 to 6 after a fusion ({walk.visitor.language})")
    page.locator("main form button").last.click()
    page.wait_for_load_state()
    return walk.at("therapist", "/patients/{proposal}/programme/templates/")


def _held(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{weary}/programme/send/hold/")
    if page.locator("main [name=note]").count():
        page.locator("main [name=note]").fill("I call you tomorrow at ten.")
        page.locator("main form [type=submit]").last.click()
        page.wait_for_load_state()
    return walk.at("therapist", "/patients/{weary}/")


def _one_time(walk: Walk) -> Page:
    page = walk.at("admin", "/people/{assistant}/")
    page.locator("button[value=password]").click()
    page.wait_for_load_state()
    return page


def _tokenless(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{new}/")
    page.locator("form[action$='/notes/'] [name=csrfmiddlewaretoken]").first.evaluate(
        "it => { it.value = 'x'; }"
    )
    page.locator("#note-text").fill("A note.")
    page.locator("form[action$='/notes/'] button").first.click()
    page.wait_for_load_state()
    return page


def _wall(walk: Walk, *, then: str = "") -> Page:
    page = walk.at("therapist", "/wall/")
    page.locator(".tile[data-tone=good], .tile[data-tone=calm]").first.wait_for(timeout=WALL_S * 1000)
    page.wait_for_timeout(2000)  # trails grow
    if then:
        page.locator(then).first.click()
    return page


def _chosen(walk: Walk) -> Page:
    """Show the room's boards only, as a clinic would choose them."""
    page = walk.at("therapist", "/wall/")
    page.locator("[data-open=wall-boards]").click()
    for box in page.locator("#wall-boards [name=board]").all():
        box.set_checked(str(box.get_attribute("value")).startswith("board-"))
    page.locator("[name='label-board-1']").fill("Parallel bars, window side")
    page.locator("#wall-boards [type=submit]").click()
    page.wait_for_load_state()
    return _wall(walk)


def _printed(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{proposal}/")
    page.wait_for_timeout(500)
    page.emulate_media(media="print")
    return page


def _compared(walk: Walk) -> Page:
    page = walk.at("therapist", "/patients/{proposal}/programme/versions/")
    page.locator("main form [type=submit]").click()
    page.wait_for_load_state()
    return page


def _undone(walk: Walk) -> Page:
    page = walk.at("therapist", "/")
    page.locator(".item:not(.now) .acts button[type=submit]").first.click()
    page.wait_for_load_state()
    return page


T, A, D, U = "therapist", "assistant", "admin", "auditor"
STEPS: Final = (
    Step("01-login", "login", _nobody),
    Step("02-login-refused", "login", _wrong),
    Step("03-locked", "login", _locked),
    Step("04-second-factor-setup", "second_factor_setup", _setup),
    Step("05-backup-codes", "second_factor_codes", _codes),
    Step("06-second-factor", "second_factor", _asked_for_code),
    Step("07-second-factor-refused", "second_factor", _code_refused),
    Step("08-password-must", "password", _must_change),
    empty("09-new-worklist", "patients", "/"),
    empty("10-new-monitoring", "monitoring", "/monitoring/"),
    empty("11-new-wall", "wall", "/wall/"),
    empty("12-new-roster", "roster", "/roster/"),
    empty("13-new-stations", "stations", "/stations/"),
    empty("14-new-people", "people", "/people/"),
    empty("15-new-account", "account", "/account/"),
    opened("20-worklist", "patients", T, "/"),
    opened("21-worklist-one-reason", "patients", T, "/?why=silent"),
    opened("22-worklist-nothing", "patients", T, "/?name=xyzzy"),
    Step("23-worklist-done", "see_to", _undone),
    Step("24-worklist-arrival", "new_lines", _arrived, whole=False),
    opened("25-worklist-assistant", "patients", A, "/"),
    opened("30-patient-fall", "patient", T, "/patients/{fall}/"),
    opened("31-patient-proposal", "patient", T, "/patients/{proposal}/", ".out summary", ".numbers summary"),
    opened("32-patient-rejected", "patient", T, "/patients/{rejected}/"),
    opened("33-patient-silent", "patient", T, "/patients/{silent}/", ".machine summary"),
    opened("34-patient-board", "patient", T, "/patients/{board}/"),
    opened("35-patient-shared", "patient", T, "/patients/{shared}/"),
    opened("36-patient-before-the-first", "patient", T, "/patients/{fresh}/"),
    opened("37-patient-without-station", "patient", T, "/patients/{bare}/"),
    opened("38-patient-assistant", "patient", A, "/patients/{overdone}/"),
    Step("39-patient-printed", "patient", _printed),
    opened("40-background", "background", T, "/patients/{proposal}/background/"),
    sent("41-background-refused", "background", T, "/patients/{new}/background/", {"height_cm": "999"}, "main .actions button"),
    opened("42-trial", "trial", T, "/trials/{trial}/"),
    opened("43-trial-beside-the-board", "trial", T, "/trials/{guided}/"),
    opened("44-compare", "compare", T, "/patients/{proposal}/compare/?a={like}&b={trial}"),
    opened("45-compare-refused", "compare", T, "/patients/{proposal}/compare/?a={unlike}&b={trial}"),
    opened("50-programme", "programme", T, "/patients/{proposal}/programme/"),
    opened("51-programme-rejected", "programme", T, "/patients/{rejected}/programme/"),
    opened("52-programme-others", "programme", T, "/patients/{proposal}/programme/", ".others summary", ".others [type=checkbox]"),
    sent("53-programme-refused", "programme", T, "/patients/{plateau}/programme/", {"exercise-0-hold_s": "900", "sessions_a_day": "99"}, "button[value=review]"),
    Step("54-programme-review", "programme", _reviewed),
    Step("55-programme-sent", "prescription_state", _sent_on, whole=False),
    opened("56-hold", "programme_send", T, "/patients/{steady}/programme/send/hold/"),
    opened("57-message", "programme_send", T, "/patients/{steady}/programme/send/message/"),
    opened("58-fall-answered", "programme_send", T, "/patients/{fall}/programme/send/fall/"),
    Step("59-patient-held", "patient", _held),
    opened("60-lift", "programme_send", T, "/patients/{weary}/programme/send/lift/"),
    Step("61-versions", "programme_versions", _compared),
    opened("62-templates-none", "programme_templates", T, "/patients/{proposal}/programme/templates/"),
    Step("63-templates", "programme_templates", _kept_template),
    opened("70-monitoring", "monitoring", T, "/monitoring/"),
    opened("71-monitoring-refused", "monitoring", T, "/monitoring/?from=2026-05-01&to=2020-01-01"),
    Step("72-wall", "wall", _chosen, whole=False),
    Step("73-wall-more", "wall", lambda walk: _wall(walk, then=".tile .more"), whole=False),
    Step("74-wall-boards", "wall", lambda walk: _wall(walk, then="[data-open=wall-boards]"), whole=False),
    opened("80-roster", "roster", D, "/roster/"),
    opened("81-roster-therapist", "roster", T, "/roster/"),
    opened("82-patient-new", "patient_new", D, "/roster/new/"),
    sent("83-patient-new-refused", "patient_new", D, "/roster/new/", {"name": ""}, "main .actions button"),
    opened("84-record", "record", D, "/roster/{proposal}/"),
    opened("85-record-new-station", "record", D, "/roster/{fresh}/"),
    opened("86-record-without-station", "record", D, "/roster/{bare}/"),
    opened("87-record-therapist", "record", T, "/roster/{proposal}/"),
    opened("88-forget", "forget", D, "/roster/{steady}/forget/"),
    sent("89-forget-refused", "forget", D, "/roster/{steady}/forget/", {"pseudonym": "p-other"}, "button.danger"),
    opened("90-stations", "stations", D, "/stations/"),
    opened("91-station", "station", D, "/roster/stations/{station}/"),
    opened("92-station-retired", "station", D, "/roster/stations/old-board/"),
    opened("93-people", "people", D, "/people/"),
    opened("94-person-new", "person_new", D, "/people/new/"),
    sent("95-person-new-refused", "person_new", D, "/people/new/", {"name": "not a name!"}, "main .actions button"),
    opened("96-person", "person", D, "/people/{assistant}/"),
    opened("97-person-own", "person", D, "/people/{admin}/"),
    opened("98-person-locked", "person", D, "/people/{locked}/"),
    Step("99-password-once", "person", _one_time),
    opened("a0-team-new", "team_new", D, "/people/teams/new/"),
    opened("a1-team", "team", D, "/people/teams/{team}/"),
    opened("a2-audit", "audit", U, "/audit/"),
    opened("a3-audit-nothing", "audit", U, "/audit/?by=nobody"),
    opened("a4-account", "account", U, "/account/"),
    opened("a5-account-therapist", "account", T, "/account/"),
    opened("a6-second-factor-setup", "second_factor_setup", T, "/account/second-factor/"),
    sent("a7-password-refused", "password", T, "/account/password/", {"old_password": "x", "new_password1": "short", "new_password2": "other"}, "main .actions button"),
    opened("b0-refused-role", "", A, "/people/"),
    opened("b1-refused-address", "", T, "/patients/p-nobody/"),
    Step("b2-refused-form", "", _tokenless),
    opened("b3-refused-method", "", T, "/theme/"),
)  # fmt: skip
PAGES: Final = {step.url for step in STEPS} - {""}
# Addresses that answer with a file, a picture, a part of a page, or lead on to one.
NO_PAGES: Final = frozenset(
    {
        *("report_pdf", "patient_tables", "patient_fhir", "caseload_tables", "monitoring_csv", "audit_csv"),
        *("trial_path", "trial_received", "patient_copy", "second_factor_picture"),
        *("wall_stream", "wall_choose", "wall_keep", "wall_say"),
        *("take_back", "theme", "language", "logout", "add_note", "programme_answer", "record_act"),
        "second_factor_off",
    }
)
