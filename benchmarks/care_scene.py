"""The two clinics that `care_screens` walks through, each a site with a browser for every role.

One is simulated and has everything a page can show; the other is new and asks for a second factor.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page

from station.demo.care import Care
from station.demo.run import free_port, mosquitto

PASSWORD: Final = "calm-river-71-stone"  # noqa: S105 - of a site that ends with the pictures
ROLES: Final = ("therapist", "assistant", "admin", "auditor")
PATIENTS: Final = 21  # every story of the simulated clinic, and three who share a station
DAYS: Final = 60
BOARDS: Final = 6
WAIT_S: Final = 120.0
BROKER: Final = "listener {port} 127.0.0.1\nallow_anonymous true\nlog_type none\n"
# What the simulated clinic has not, and what the steps need to know of it.
DRESS: Final = """
import json, sys, django
django.setup()
from django.utils import timezone
from ui.care.people.accounts import add_user, lock
from ui.care.trust.enrolment import enrol
from ui.care.models import Patient, Prescription, Station, Team, Trial
from ui.care.results.comparison import why_not
from ui.care.results.stabilogram import raw_payload
from ui.care.people.roster import add_patient, assign, give_station, retire_station
from ui.care.simulated.stories import story_of
password, boards = sys.argv[1], int(sys.argv[2])
people = {role: add_user(f"{role}-1", role=role, password=password, all_patients=True)
    for role in ("therapist", "assistant", "admin", "auditor")}
lock(add_user("maria.gonzalez-hernandez", role="assistant", password=password))
team = Team.objects.create(name="Ward 3 and the day hospital")
team.members.set([people["therapist"], people["assistant"]])
for number in range(boards):
    Station.objects.create(sid=f"board-{number + 1}")
fresh = add_patient("Maximiliane von Hohenstein-Wittelsbach", users=[people["therapist"]], teams=[team])
give_station(fresh, "home-hohenstein")
bare = add_patient("Ali Öz", users=[people["therapist"]])
retire_station(Station.objects.create(sid="old-board"))
made = {}
for number, patient in enumerate(Patient.objects.exclude(pk__in=(fresh.pk, bare.pk)).order_by("pk")):
    made.setdefault(story_of(number).name, patient.pseudonym)
    last = patient.pseudonym
assign(team, Patient.objects.get(pseudonym=made["proposal"]))
told = Trial.objects.filter(session__patient__pseudonym=made["proposal"], velocity_mm_s__isnull=False)
told = list(told.order_by("-started"))
drawn = [trial for trial in told if raw_payload(trial.pk)]
pairs = ((held, trial) for held in drawn for trial in (*drawn, *told) if why_not(trial, held) is None)
held, like = next(pairs)
other = [trial for trial in told if trial.routine != held.routine]
guided = Trial.objects.filter(routine__in=("walk", "gentle-core", "heel-slides", "straight-leg-raises"))
print(json.dumps({
    "stories": made, "shared": last, "fresh": fresh.pseudonym, "bare": bare.pseudonym, "team": team.pk,
    "trial": str(held.pk), "like": str(like.pk), "unlike": str(other[0].pk),
    "assistant": people["assistant"].pk, "admin": people["admin"].pk,
    "locked": type(people["admin"]).objects.get(username__startswith="maria").pk,
    "station": Patient.objects.get(pseudonym=made["proposal"]).stations.get().sid,
"guided": str(guided.values_list("pk", flat=True)[0]),
}))
"""


class Site:
    """One care side that is served, from nothing."""

    def __init__(self, folder: Path, stack: ExitStack, *, mqtt: int, second_factor: bool) -> None:
        self._stack, self.port, self.folder = stack, free_port(), folder
        self.address = f"http://127.0.0.1:{self.port}"
        env = {
            "BALANCE_CARE_DATA": str(folder),
            "BALANCE_CARE_MQTT": f"127.0.0.1:{mqtt}",
            "BALANCE_CARE_TOTP": "1" if second_factor else "0",
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "ui.care.settings",
        }
        self.env, self.care = {**os.environ, **env}, Care(env, stopped=lambda: False)
        self.care.ask("migrate")
        self.known: dict[str, Any] = {}

    def dress(self) -> None:
        """Make the simulated clinic, and people of every role."""
        self.care.ask("demo-data", "--patients", str(PATIENTS), "--days", str(DAYS))
        command = (sys.executable, "-c", DRESS, PASSWORD, str(BOARDS))
        done = subprocess.run(command, env=self.env, check=True, capture_output=True, text=True)
        self.known = json.loads(done.stdout.splitlines()[-1])

    def add(self, name: str, role: str, password: str | None = PASSWORD) -> str:
        """Let somebody log in; return what the command says."""
        said = ("--password-stdin",) if password else ()
        return self.care.ask("user", "add", name, "--role", role, "--all-patients", *said, said=password)

    def serve(self) -> None:
        """Serve until the stack ends."""
        start(self._stack, self.env, *self.care.command, "serve", "--port", str(self.port))
        end_s = time.monotonic() + WAIT_S
        while True:
            try:
                urllib.request.urlopen(f"{self.address}/login/").close()  # noqa: S310 - our own
            except OSError:
                assert time.monotonic() < end_s, "the site does not start"
                time.sleep(0.2)
            else:
                return


class Visitor:
    """A browser in one language, in which each role has logged in where it was needed."""

    def __init__(self, browser: Browser, locale: str) -> None:
        self._browser, self._locale, self.language = browser, locale, locale[:2]
        self._pages: dict[tuple[str, str], Page] = {}
        self._contexts: list[BrowserContext] = []

    def nobody(self, site: Site) -> Page:
        """Return a page in which nobody has logged in."""
        context = self._browser.new_context(locale=self._locale, base_url=site.address)
        self._contexts.append(context)
        return context.new_page()

    def page(self, site: Site, role: str) -> Page:
        """Return the page of `therapist-1` and the others, who stay logged in."""
        key = (site.address, role)
        if key not in self._pages:
            self._pages[key] = self.nobody(site)
            log_in(self._pages[key], f"{role}-1", PASSWORD)
        return self._pages[key]

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()


def log_in(page: Page, name: str, password: str) -> None:
    """Log in by the keyboard."""
    page.goto("/login/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_load_state()


def start(stack: ExitStack, env: dict[str, str], *command: str) -> None:
    """Run a program until the stack ends."""
    child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    stack.callback(child.wait)
    stack.callback(child.terminate)


def room(folder: Path, stack: ExitStack) -> int:
    """Start a broker with boards that train; return its port."""
    port = free_port()
    (folder / "mosquitto.conf").write_text(BROKER.format(port=port))
    start(stack, dict(os.environ), mosquitto(), "-c", str(folder / "mosquitto.conf"))
    time.sleep(0.5)
    start(stack, dict(os.environ), sys.executable, "-m", "benchmarks.wall_boards", str(port), str(BOARDS - 1))
    return port
