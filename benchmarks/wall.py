"""The clinic wall: twelve simulated boards at 10 Hz, a real mosquitto, a real site, a real Chromium.

How late a picture is drawn after its frame was made, and what browser and site hold in memory meanwhile.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import Page, sync_playwright

from benchmarks.stage import cpu_s
from benchmarks.table import show
from station.demo.care import Care
from station.demo.run import free_port, mosquitto

BOARDS: Final = 12
MINUTES: Final = 0.25
MINUTES_FULL: Final = 10.0
WAIT_S: Final = 30.0
PASSWORD: Final = "calm-river-71-stone"  # noqa: S105 - of a site that ends with the benchmark
BROKER: Final = "listener {port} 127.0.0.1\nallow_anonymous true\nlog_type none\n"
CHROMIUM: Final = ("--no-sandbox", "--disable-gpu", "--js-flags=--expose-gc", "--enable-precise-memory-info")
SETUP: Final = """
import sys, django
django.setup()
from ui.care.people.accounts import add_user
from ui.care.models import Station
add_user("bench", role="therapist", password=sys.argv[1])
for number in range(int(sys.argv[2])):
    Station.objects.create(sid=f"board-{number + 1}")
"""
# Of each picture: when it was drawn, less when its frame was made (`load`, by the same wall clock), ms.
MEASURE: Final = """
window.drawn = {}; window.delays = [];
window.wallMeasure = (news) => {
  if ((news.load ?? null) === null || news.load === window.drawn[news.s]?.load) return;
  window.delays.push(Date.now() - news.load * 1000);
  window.drawn[news.s] = { load: news.load, count: (window.drawn[news.s]?.count ?? 0) + 1 };
};
"""
TAKE: Final = """() => {
  const taken = { delays: window.delays, counts: Object.values(window.drawn).map((each) => each.count) };
  window.delays = []; window.drawn = {};
  gc();
  return { ...taken, heap: performance.memory.usedJSHeapSize };
}"""


class Row(NamedTuple):
    """One stretch; frames a second of the slowest and the fastest tile."""

    minute: float
    boards: int
    least_a_second: float
    most_a_second: float
    drawn_ms_p50: float
    drawn_ms_p95: float
    drawn_ms_most: float
    heap_mb: float
    site_rss_mb: float
    site_cpu_percent: float


class Bench:
    """All processes, in one folder."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        port, self.site = free_port(), free_port()
        (folder / "mosquitto.conf").write_text(BROKER.format(port=port))
        env = {
            "BALANCE_CARE_DATA": str(folder / "care"),
            "BALANCE_CARE_MQTT": f"127.0.0.1:{port}",
            "DJANGO_SETTINGS_MODULE": "ui.care.settings",
        }
        self._stack, self._env = stack, {**os.environ, **env}
        care = Care(env, stopped=lambda: False)
        care.ask("migrate")
        setup = (sys.executable, "-c", SETUP, PASSWORD, str(BOARDS))
        subprocess.run(setup, env=self._env, check=True)
        self._start(mosquitto(), "-c", str(folder / "mosquitto.conf"))
        time.sleep(0.5)
        self.pid = self._start(*care.command, "serve", "--port", str(self.site))
        self._start(sys.executable, "-m", "benchmarks.wall_boards", str(port), str(BOARDS))
        self._until_there()

    def _start(self, *command: str) -> int:
        child = subprocess.Popen(command, env=self._env, stdout=subprocess.DEVNULL)
        self._stack.callback(child.wait)
        self._stack.callback(child.terminate)
        return child.pid

    def _until_there(self) -> None:
        end_s = time.monotonic() + WAIT_S
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.site}/login/").close()
            except OSError:
                assert time.monotonic() < end_s, "the site does not start"
                time.sleep(0.2)
            else:
                return

    def open(self) -> Page:
        """Return the wall in a browser, live."""
        browser = self._stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM
        )
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.add_init_script(MEASURE)
        page.goto(f"http://127.0.0.1:{self.site}/wall/")
        page.locator("input[name=username]").fill("bench")
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_function(f"() => Object.keys(window.drawn).length === {BOARDS}")
        return page


def rss_mb(pid: int) -> float:
    """Return what a process holds in memory, MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


def stretch(bench: Bench, page: Page, minute: float, seconds: float) -> Row:
    """Let the wall be looked at for so long."""
    page.evaluate(TAKE)
    begun_s, cpu = time.monotonic(), cpu_s(bench.pid)
    page.wait_for_timeout(seconds * 1000)
    took_s, cpu = time.monotonic() - begun_s, cpu_s(bench.pid) - cpu
    taken: dict[str, Any] = json.loads(page.evaluate(f"() => JSON.stringify(({TAKE})())"))
    delays, counts = sorted(taken["delays"]), taken["counts"]
    return Row(
        minute + took_s / 60,
        len(counts),
        min(counts) / took_s,
        max(counts) / took_s,
        delays[len(delays) // 2],
        delays[len(delays) * 95 // 100],
        delays[-1],
        taken["heap"] / 1e6,
        rss_mb(bench.pid),
        100 * cpu / took_s,
    )


def main(*, full: bool = False, minutes: float | None = None) -> None:
    """Print a row for each fifth of the time."""
    minutes = minutes or (MINUTES_FULL if full else MINUTES)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="balance-wall-") as folder, ExitStack() as stack:
        bench = Bench(Path(folder), stack)
        page = bench.open()
        page.wait_for_timeout(3000)
        for _ in range(5):
            rows.append(stretch(bench, page, rows[-1].minute if rows else 0.0, minutes * 60 / 5))
        show(f"The clinic wall, {BOARDS} boards at 10 Hz", rows)


if __name__ == "__main__":
    main(full=False)
