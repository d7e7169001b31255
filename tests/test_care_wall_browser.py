"""The clinic wall in a real browser, on a real mosquitto, with made-up live frames."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest
import uvicorn
from django.contrib.auth.models import User
from django.test import Client as Browser
from playwright.sync_api import Page, expect

from benchmarks.wall_boards import Boards
from station.link.messages import LiveFrame
from tests.conftest import Mosquitto
from tests.home import until
from tests.test_care_browser import CHROMIUM, page  # noqa: F401 - a fixture
from ui.care.models import Audit, Station
from ui.care.people.accounts import add_user
from ui.care.wall import feed as wall_feed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("care_folder"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


@pytest.fixture
def site(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the site as `balance-care serve` does, in a thread."""
    monkeypatch.setenv("BALANCE_CARE_MQTT", f"127.0.0.1:{broker.port}")
    monkeypatch.setattr(wall_feed, "LINGER_S", 0.0)
    wall_feed.feed.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config("ui.care.asgi:application", log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        wall_feed.feed().end()
        server.should_exit = True
        thread.join()
    until(lambda: all(thread.name != "wall" for thread in threading.enumerate()))
    wall_feed.feed.cache_clear()


def silent(_frame: LiveFrame, _now_s: float) -> LiveFrame | None:
    return None


def falls(frame: LiveFrame, _now_s: float) -> LiveFrame:
    return msgspec.structs.replace(frame, phase="all_right")


def test_a_room_is_seen_live_commanded_and_never_shown_live_when_it_is_stale(
    page: Page,  # noqa: F811
    site: str,
    broker: Mosquitto,
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    add_user("therapist", role="therapist", password="calm-river-71-stone")
    for sid in ("board-1", "board-2", "board-3"):
        Station.objects.create(sid=sid)
    browser = Browser()
    browser.force_login(User.objects.get(), "django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": site}]
    )
    with closing(Boards(broker.port, 2)) as boards:
        page.goto(f"{site}/wall/")
        first, second, third = (page.locator(f"[data-sid=board-{n}]") for n in (1, 2, 3))
        for tile in (first, second):
            expect(tile).not_to_have_attribute("data-tone", "none")
            expect(tile.get_by_text("Simulated")).to_be_visible()
        expect(third.get_by_text("No station")).to_be_visible()
        assert sorted(boards.watched) == ["board-1", "board-2"]

        boards.changes = {"board-1": silent, "board-2": falls}
        expect(first.get_by_text("Stale since")).to_be_visible()
        expect(second.get_by_text("Fall question")).to_be_visible()
        expect(second).to_have_attribute("data-attention", "")
        second.get_by_role("button", name="Seen").click()
        expect(second).not_to_have_attribute("data-attention", "")

        boards.refuses = {"start": "the person on the board has not agreed"}
        second.get_by_role("button", name="Stop").click()
        expect(second.get_by_text("Stop was pressed")).to_be_visible(timeout=2000)
        first.focus()
        page.keyboard.press("m")
        first.get_by_role("button", name="Start").click()
        expect(first.get_by_text("Refused: the person on the board has not agreed")).to_be_visible(
            timeout=2000
        )
        assert boards.heard == [("board-2", "stop"), ("board-1", "start")]
        page.goto("about:blank")
        until(lambda: not wall_feed.feed().wanted)
        # Its answer comes after every lease that was on its way in the same connection.
        assert wall_feed.feed().command("board-1", "identify").state == "done"
        leases = boards.leases
    assert set(Audit.objects.values_list("action", flat=True)) >= {
        "live view: begun",
        "command stop: done",
        "command start: refused",
    }
    assert (boards.leases, complaints) == (leases, [])
