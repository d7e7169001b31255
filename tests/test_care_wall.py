"""The clinic wall: what is kept of boards, who may see and command them, and the room on a real page."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import contextmanager
from typing import Any, cast

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client as Browser
from django.urls import reverse

from station.link.client import Answer, Client, Message, News
from station.link.messages import Envelope, StationEvent
from station.link.watching import Watching
from station.training.words import BOARD_FAULT, GETTING_READY
from tests.clinic import clinic
from tests.home import live, until
from ui.care.models import Audit, Prescription, Station, WallChoice
from ui.care.wall import views as wall_views
from ui.care.wall.feed import Feed, Viewer
from ui.care.wall.hub import Board, Hub, Mark
from ui.care.wall.places import Place, Wall, call, choose, recent_marks, still, wall_of, wall_stations
from ui.care.wall.stream import stream
from ui.care.wall.words import board_payload, mark_words, state_of

changed = msgspec.structs.replace


def message(body: msgspec.Struct, kind: str, *, id_: str = "1", age_s: float | None = None) -> Message:
    envelope = Envelope(
        id=id_, type=kind, station="a", boot="b", seq=1, t="2026-05-04T09:00:00Z", mono_ms=1, clock="synced",
        subj=None, rx=None, sw="", cal="", alg="", sim=True, body=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Message("a", kind, envelope, body, b"", age_s=age_s)


def news(*frames: Message, events: Collection[Message] = (), link: str = "", **why: str) -> News:
    return News(list(frames), list(events), link, frozenset(), why)


# -- the hub -------------------------------------------------------------------------------------------------


def test_the_newest_frame_wins_and_nothing_is_queued() -> None:
    hub, seen = Hub(), dict[str, int]()
    hub.look("slow", ["a"])
    hub.news("slow", seen)
    for n in range(1000):
        hub.take(news(message(changed(live(), held_s=float(n)), "live", age_s=0.2)), now_s=n / 10)
    (board,) = hub.news("slow", seen)
    assert board.frame is not None
    assert board.frame.held_s == 999.0
    assert board.age_s(99.9 + 0.5) == pytest.approx(0.7)
    assert hub.news("slow", seen) == []


def test_a_board_is_wanted_only_while_somebody_looks_and_forgotten_after() -> None:
    hub = Hub()
    hub.look("one", ["a", "b"])
    hub.look("two", ["b"])
    hub.take(news(message(live(), "live", age_s=0.0)), now_s=1.0)
    assert hub.wanted == {"a", "b"}
    hub.leave("one")
    assert hub.wanted == {"b"}
    hub.leave("two")
    assert (hub.wanted, hub.watched) == (frozenset(), False)
    hub.look("three", ["a"])
    assert [board.frame for board in hub.news("three", {})] == [None]


def test_an_event_stands_on_its_tile_once_and_old_ones_make_room() -> None:
    hub = Hub()
    hub.look("one", ["a"])
    for n in (1, 1, 2, 3, 4, 5):
        fell = message(StationEvent(kind="possible_fall", session=None), "event", id_=str(n))
        hub.take(news(events=[fell]), now_s=1.0)
    (board,) = hub.news("one", {})
    assert [mark.id for mark in board.marks] == ["2", "3", "4", "5"]


def test_a_station_that_shows_nothing_is_asked_again_soon_and_one_that_is_away_is_not() -> None:
    watching = Watching("a", 15.0)
    assert watching.due(10.0)
    watching.asked(cast("Any", None), 10.0)
    assert (watching.due(11.0), watching.due(12.0)) == (False, True)
    watching.is_away(True, 12.0)
    assert not watching.due(12.0)
    watching.is_away(False, 12.5)
    assert watching.due(12.5)
    watching.asked(cast("Any", None), 12.5)
    watching.saw(message(live(), "live", age_s=0.0), 14.6)
    assert not watching.due(14.7)


# -- in words ------------------------------------------------------------------------------------------------

FAULT = Mark("1", "sensor_fault", "2026-05-04T09:00:00Z", True, {"cell": "FR", "fault": "silent"})


@pytest.mark.parametrize(
    ("change", "tone", "head"),
    [
        ({"phase": "hold"}, "good", "Holding"),
        ({"phase": "hold", "counting": False, "paused_by": "step_off"}, "warn", "Paused: step off"),
        ({"phase": "rest", "rest_s": 39.2}, "calm", "Resting 40 s"),
        ({"phase": "hold", "board_fault": BOARD_FAULT}, "alarm", "Fault: FR silent"),
        ({"phase": "welcome", "board_fault": GETTING_READY}, "calm", "Getting ready"),
        ({"phase": "all_right", "board_fault": BOARD_FAULT}, "alarm", "Fall question"),
        ({"phase": "countdown", "countdown_s": 3}, "calm", "Starts in 3"),
    ],
)
def test_the_heart_of_a_state_is_said_in_words(change: dict[str, Any], tone: str, head: str) -> None:
    state = state_of(changed(live(), **change), (FAULT,))
    assert (state.tone, state.head) == (tone, head)


def test_a_kind_of_event_that_is_not_known_is_left_out_and_a_fall_asks_for_attention() -> None:
    assert mark_words(changed_mark("dance")) is None
    assert (mark_words(changed_mark("possible_fall")) or {})["tone"] == "alarm"


def changed_mark(kind: str) -> Mark:
    return Mark("1", kind, "2026-05-04T09:00:00Z", True, {})


def test_a_board_without_a_frame_says_why_and_one_with_a_frame_how_old_it_is() -> None:
    board = Board("a", why="the station's clock is not set yet")
    assert board_payload(board, 5.0)["why"] == "The station's clock is not set yet"
    board.frame, board.sampled_s = live(), 3.5
    assert (board_payload(board, 5.0)["age"], board_payload(board, 5.0)["ring"]) == (1.5, ("hold", 1.0, 20.0))


# -- the feed ------------------------------------------------------------------------------------------------


class Ear:
    """Stands for the client: notes for which boards it is asked, and says what it is given."""

    def __init__(self) -> None:
        self.wanted: list[frozenset[str]] = []
        self.news: list[News] = []
        self.open = 0
        self.connected_ = True
        self.why = ""

    @contextmanager
    def connect(self) -> Iterator[Client]:
        self.open += 1
        yield cast("Client", self)
        self.open -= 1

    def watch_all(self, wanted: Any) -> Iterator[News]:
        while True:
            self.wanted.append(frozenset(wanted()))
            time.sleep(0.002)
            yield self.news.pop(0) if self.news else news()

    def wait_connected(self, timeout_s: float) -> bool:
        return self.connected_ and timeout_s > 0

    def command(self, station: str, kind: str, *, timeout_s: float) -> Answer:
        assert timeout_s <= 2.0
        return Answer(station, "id", kind, "done")


def ended(feed: Feed) -> bool:
    return not any(thread.name == "wall" for thread in threading.enumerate())


WALL = Wall([Place("a", name="Anna")], [], names=True, sound=False)


def test_no_lease_is_asked_for_when_nobody_looks_and_the_connection_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ui.care.wall.feed.LINGER_S", 0.05)
    ear = Ear()
    feed = Feed(ear.connect)

    async def look() -> list[bytes]:
        said = []
        stream_ = stream(feed, WALL, {}, lambda: WALL)
        ear.news = [news(message(live(), "live", age_s=0.0))]
        async for part in stream_:
            said.append(part)
            if b'"Holding"' in part:
                break
        await stream_.aclose()
        return said

    said = asyncio.run(look())
    assert said[0] == b"retry: 1000\n\n"
    assert b'"name":"Anna"' in said[-1]
    assert frozenset({"a"}) in ear.wanted
    until(lambda: ended(feed))
    assert (ear.wanted[-1], ear.open, feed.wanted) == (frozenset(), 0, frozenset())


def test_a_viewer_who_may_not_look_any_more_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.care.wall.stream.CHECK_S", 0.0)
    monkeypatch.setattr("ui.care.wall.feed.LINGER_S", 0.0)
    feed = Feed(Ear().connect)

    async def all_of(said: AsyncGenerator[bytes, None]) -> list[bytes]:
        return [part async for part in said]

    assert asyncio.run(all_of(stream(feed, WALL, {}, lambda: None)))[-1] == b"event: out\ndata: {}\n\n"
    until(lambda: ended(feed))


def test_a_command_is_said_without_anybody_looking_and_a_broker_that_is_away_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ui.care.wall.feed.LINGER_S", 0.0)
    ear = Ear()
    feed = Feed(ear.connect)
    assert feed.command("a", "stop").state == "done"
    ear.connected_, ear.why = False, "the broker at x does not answer"
    answer = feed.command("a", "stop")
    assert (answer.state, answer.reason) == ("not_sent", "the broker at x does not answer")
    until(lambda: ended(feed))


# -- who may -------------------------------------------------------------------------------------------------


@pytest.fixture
def site(care_folder: object, db: None) -> Any:
    return clinic()


def browser_of(name: str, *, enforce_csrf_checks: bool = False) -> Browser:
    browser = Browser(enforce_csrf_checks=enforce_csrf_checks)
    browser.force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
    return browser


def test_a_wall_has_the_boards_of_their_own_patients_and_shared_ones(site: Any) -> None:
    Station.objects.create(sid="room-1")
    assert [place.sid for place in wall_of(site.people["therapist"]).shown] == ["home-1", "room-1"]
    assert not wall_stations(site.people["auditor"]).exists()
    page = browser_of("therapist-1").get(reverse("wall")).content.decode()
    assert "home-1" in page
    assert "home-2" not in page
    assert "Bert Fremd" not in page
    assert browser_of("auditor-1").get(reverse("wall")).status_code == 403
    begun = Audit.objects.filter(action="live view: begun").order_by("subject")
    assert next((line.subject, line.about) for line in begun) == ("home-1", site.own.patient.pseudonym)


def test_only_who_may_gives_a_command_and_each_leaves_a_line(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, str]] = []

    class Told:
        def command(self, station: str, kind: str) -> Answer:
            said.append((station, kind))
            return Answer(station, "id-1", kind, "refused", "nobody trains")

    monkeypatch.setattr(wall_views, "feed", Told)
    therapist = browser_of("therapist-1")
    answer = therapist.post(reverse("wall_say", args=["home-1", "start"]))
    assert json.loads(answer.content) == {"state": "refused", "words": "Refused: nobody trains"}
    assert therapist.post(reverse("wall_say", args=["home-2", "stop"])).status_code == 404
    assert therapist.post(reverse("wall_say", args=["home-1", "raw"])).status_code == 404
    assert therapist.get(reverse("wall_say", args=["home-1", "stop"])).status_code == 405
    assert browser_of("auditor-1").post(reverse("wall_say", args=["home-1", "stop"])).status_code == 403
    strict = browser_of("therapist-1", enforce_csrf_checks=True)
    assert strict.post(reverse("wall_say", args=["home-1", "stop"])).status_code == 403
    assert said == [("home-1", "start")]
    line = Audit.objects.get(action="command start: refused")
    assert (line.who, line.subject) == (site.people["therapist"], "home-1 id-1")


def test_the_choice_of_boards_is_kept_and_names_can_be_off(site: Any) -> None:
    user = site.people["therapist"]
    Station.objects.create(sid="room-1")
    choose(user, ["room-1", "home-2", "home-1", "room-1", "none"])
    assert WallChoice.objects.get().stations == ["room-1", "home-1"]
    assert call(user, "room-1", "  By  the window ")
    assert not call(user, "home-2", "Not mine")
    browser = browser_of("therapist-1")
    browser.post(reverse("wall_keep"), {"names": "0"})
    wall = wall_of(user)
    assert ([place.label for place in wall.shown], wall.name_at("home-1", None)) == (
        ["By the window", ""],
        "",
    )
    assert "Anna Muster" not in browser.get(reverse("wall")).content.decode()


def test_at_a_shared_board_only_ones_own_patient_has_a_name_and_by_the_newest_number(site: Any) -> None:
    room = Station.objects.create(sid="room-1")
    own, other = site.own.patient.pseudonym, site.other.patient.pseudonym
    for version, (subj, number) in enumerate(
        [(own, "1111"), (other, "2222"), (other, "3333"), (own, "3333")]
    ):
        document = {"subj": subj, "number": number}
        Prescription.objects.create(station=room, version=version, document=document, signed=b"")
    wall = wall_of(site.people["therapist"])
    names = [wall.name_at("room-1", number) for number in ("1111", "2222", "3333", "4444", None)]
    assert names == ["Anna Muster", "", "Anna Muster", "", ""]


def test_a_session_that_is_over_ends_the_view(site: Any) -> None:
    browser = browser_of("therapist-1")
    browser.get(reverse("wall"))
    user, key = site.people["therapist"], browser.session.session_key or ""
    assert still(user.pk, key)
    user.groups.clear()
    assert still(user.pk, key) is None
    browser.logout()
    assert still(user.pk, key) is None


def test_what_happened_a_moment_ago_stands_there_when_the_page_is_opened(site: Any) -> None:
    assert recent_marks(["home-1"]) == {"home-1": []}  # the events of the example are of another day


@pytest.mark.parametrize("turns", range(4))
def test_a_browser_that_goes_just_when_something_is_new_is_gone(turns: int) -> None:
    async def goes() -> bool:
        viewer = Viewer()

        async def look() -> None:
            while True:
                await viewer.wait(5.0)

        task = asyncio.create_task(look())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        viewer.wake()
        for _ in range(turns + 1):  # of the loop, until the news has gone a part of its way
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=0.1)
        gone = task.cancelled()
        task.cancel()
        return gone

    assert asyncio.run(goes())
