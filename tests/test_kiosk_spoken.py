"""Which phrase is said at which change, how loud, and what the night makes of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import msgspec
import pytest

from station.session.clock import WallClock
from station.training.questions import CHECK_IN, as_question
from station.training.snapshot import ResultView, Snapshot
from station.training.words import BOARD_FAULT, FALL_WORDS, blocked_words
from tests.kiosk_ear import NOON, Ear
from ui.patient.examples import LIVE, every_screen, exercise, snapshot
from ui.patient.service.examples import service_sheets
from ui.patient.service.view import ServiceView
from ui.patient.sound.announcer import CORRECTION_NS, Announcer
from ui.patient.sound.night import is_night, local_time, speaks, volume_at
from ui.patient.sound.script import line_of, urgent_phrases, usual_phrases
from ui.patient.view import View
from ui.patient.words import LANGUAGES, speak

MS = 1_000_000
NIGHT = time(23, 30)
CLOSED = exercise("single-leg", 8, side="left")
SCREENS = every_screen()
DONE = ResultView(
    title="Standing", outcome="done", held_s=20, hold_s=20, in_target_percent=90, sentence="Well done."
)


class Room:
    """A kiosk's announcer, its ear, and the time."""

    def __init__(self, at: time | None = NOON) -> None:
        self.ear = Ear()
        self.announcer: Announcer = self.ear.announcer(at)
        self.now_ns = 0

    def show(self, view: View | Snapshot, after_ms: int = 20) -> list[str]:
        """Show a page; return what was said of it."""
        before = len(self.ear.said)
        self.now_ns += after_ms * MS
        view = view if isinstance(view, View) else View(view)
        if view.snapshot is not None:
            self.announcer.hear(view.snapshot)
        self.announcer.tell(view, self.now_ns)
        return self.ear.said[before:]


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak("en")


def hold(**changes: Any) -> Snapshot:
    facts: dict[str, Any] = {"live": LIVE, "held_s": 3.0, "counting": True}
    return snapshot("hold", **{**facts, **changes})


def words(name: str) -> str:
    return line_of(SCREENS[name]).words


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("02-away-in-session", "One moment, please. Hold on to your support, or sit down."),
        ("03-welcome", "Good to see you. Put your support right next to the board. Press Start"),
        ("06-checkin-yes-no", CHECK_IN[2].text),
        ("08-checkin-scale", "How much pain do you have now? 0 is no pain, 10 is the worst pain."),
        ("10-blocked", " ".join(blocked_words(CHECK_IN[2].advice))),
        ("11-plan", "Today: 3 exercises. Press Start to go on."),
        ("14-setup-one-leg", "Standing on one leg: left. Only your fingertips on your support."),
        ("15-setup-foam", "on the foam."),
        ("17-setup-cane", "Cane in the hand across from your weaker leg"),
        ("21-setup-long-on", "Press Start when you are ready."),
        ("22-step-on", "Step onto the board. Face forward and hold your support."),
        ("23-weigh", "Stand still for a moment."),
        ("42-weigh-again", "Lighter than last time."),
        ("26-hold-hands-over", "Hands: a little less."),
        ("27-hold-stepped-off", "Step back on when you are ready."),
        ("31-hold-beyond", "Hold on, and come back to the middle."),
        ("32-hold-stale", "One moment. Hold on to your support."),
        ("33-hold-fault", f"A short break. {BOARD_FAULT} Hold on to your support"),
        ("34-result-done", "Well done. You held for the full 20 seconds."),
        ("36-rest", "Rest. Sit down if you like. Next: Standing on one leg: left."),
        ("38-summary", "Thank you. That was today."),
        ("39-all-right", "Are you all right? Press any button if you are."),
        ("40-all-right-told", f"Are you all right? {FALL_WORDS[0]}"),
        ("43-pause", "A pause. Take the time you need."),
        ("46-guided", "Press Start when you have done it."),
        ("47-guided-count", "How many steps did you walk?"),
    ],
)
def test_each_page_says_its_main_instruction_in_the_words_of_the_screen(name: str, said: str) -> None:
    assert said in words(name)


@pytest.mark.parametrize("name", ["01-away", "04-welcome-ready-soon", "05b-welcome-service", "24-countdown"])
def test_pages_that_ask_for_nothing_say_nothing(name: str) -> None:
    assert words(name) == ""


def test_a_hold_with_open_eyes_says_nothing_as_long_as_all_is_well() -> None:
    outside = hold(live=msgspec.structs.replace(LIVE, in_target=False))
    assert [line_of(View(shown)).words for shown in (hold(), outside)] == ["", ""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_of_a_session_is_said_in_every_language(language: str) -> None:
    speak("en")
    english = {name: line_of(view).words for name, view in SCREENS.items()}
    speak(language)
    for name, view in SCREENS.items():
        line = line_of(view)
        assert bool(line.words) == bool(english[name])
        assert "{" not in line.words
        assert view.service is None or not line.words


def test_a_page_is_said_once_however_often_it_is_shown(room: Room) -> None:
    assert room.show(snapshot("step_on"))
    for t_ns in range(2, 200):
        assert room.show(snapshot("step_on", t_ns=t_ns)) == []


def test_the_same_question_after_another_page_is_said_again(room: Room) -> None:
    first, second = room.show(snapshot("step_on")), room.show(snapshot("rest", rest_s=9.0))
    assert first
    assert second
    assert room.show(snapshot("step_on", attempt=2)) == first


def test_a_page_without_words_ends_what_the_page_before_was_saying(room: Room) -> None:
    room.show(snapshot("weigh"))
    hushed = room.ear.hushed
    room.show(snapshot("countdown", countdown_s=3))
    assert room.ear.hushed == hushed + 1


def test_other_words_on_the_same_page_are_said(room: Room) -> None:
    room.show(snapshot("weigh"))
    assert room.show(SCREENS["42-weigh-again"])


def test_the_greeting_comes_once_and_not_to_somebody_who_leaves(room: Room) -> None:
    welcome = snapshot("welcome")
    assert len(room.show(snapshot("welcome", ready=False)) + room.show(welcome)) == 1
    room.show(View(welcome, service=ServiceView(service_sheets()["65-service-volume"])))
    assert room.show(welcome) == []
    room.show(snapshot("summary"))
    assert room.show(welcome) == []
    joined = Room()
    joined.show(snapshot("summary"))
    assert joined.show(welcome) == []


def test_corrections_of_a_hold_come_at_most_every_few_seconds_and_only_while_they_are_true(
    room: Room,
) -> None:
    over, edge = hold(paused_by="support_over"), hold(paused_by="edge")
    room.show(hold())
    assert room.show(over) == ["Hands: a little less."]
    assert room.show(hold()) == []
    assert room.show(edge) == []
    assert room.show(hold()) == []
    assert room.show(hold(paused_by="support_over"), CORRECTION_NS // MS) == ["Hands: a little less."]
    assert room.show(edge) == []
    assert room.show(hold(paused_by="edge"), CORRECTION_NS // MS) == ["Hold on, and come back to the middle."]


def test_closed_eyes_are_told_when_to_close_and_when_to_open(room: Room) -> None:
    room.show(snapshot("weigh", exercise=CLOSED))
    assert room.show(snapshot("countdown", exercise=CLOSED, countdown_s=3)) == [
        "Hands free, support within reach. Close your eyes now."
    ]
    hushed = room.ear.hushed
    assert room.show(hold(exercise=CLOSED)) == []
    assert room.ear.hushed == hushed
    assert room.show(snapshot("result", exercise=CLOSED, results=(DONE,))) == ["Open your eyes. Well done."]
    assert room.show(snapshot("rest", exercise=CLOSED, rest_s=9.0))[0].startswith("Rest.")


@pytest.mark.parametrize(
    "after",
    [
        View(None, interrupted=True),
        View(hold(exercise=CLOSED), stale=True),
        View(hold(exercise=CLOSED, board_fault=BOARD_FAULT)),
        View(snapshot("pause", exercise=CLOSED)),
        View(snapshot("welcome")),
    ],
)
def test_whatever_ends_closed_eyes_begins_with_open_your_eyes(room: Room, after: View) -> None:
    room.show(hold(exercise=CLOSED))
    (said,) = room.show(after)
    assert said.startswith("Open your eyes.")


def test_a_marked_answer_is_said_before_it_is_taken(room: Room) -> None:
    view = SCREENS["09-checkin-one-button"]
    assert len(room.show(replace(view, chosen=None, taken_in_s=None))) == 1
    assert room.show(replace(view, chosen=0)) == ["No"]
    assert room.show(replace(view, chosen=0, taken_in_s=2)) == []
    assert room.show(replace(view, chosen=1)) == ["Yes"]
    number = as_question(CHECK_IN[7], number=8, of=9)
    assert room.show(View(snapshot("checkin", question=number), chosen=3))[-1] == "3"
    assert "about the same" in room.show(SCREENS["49-checkout-choice"])


@pytest.mark.parametrize(
    ("at", "night"),
    [
        (time(20, 59), False), (time(21), True), (NIGHT, True), (time(0), True), (time(7, 59), True),
        (time(8), False), (None, False),
    ],
)  # fmt: skip
def test_it_is_night_from_nine_to_eight_and_an_unknown_time_is_no_night(at: time | None, night: bool) -> None:
    assert is_night(at) is night
    assert speaks("by-day", at) is not night
    assert speaks("on", at)
    assert not speaks("off", at)


def test_a_clock_that_may_not_be_believed_gives_no_time() -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    believed = WallClock(lambda: noon, synced=lambda: True)
    assert local_time(believed) == noon.astimezone().time()
    assert local_time(WallClock(lambda: noon, synced=lambda: False)) is None


@pytest.mark.parametrize(("volume", "softer"), [(5, 3), (3, 1), (2, 1), (1, 1)])
def test_tones_are_softer_at_night_and_never_silent(volume: int, softer: int) -> None:
    assert volume_at(volume, NIGHT) == softer
    assert volume_at(volume, NOON) == volume


def test_by_day_the_voice_is_as_loud_as_was_chosen_and_off_is_off(room: Room) -> None:
    room.announcer.settle(4, "by-day")
    room.show(snapshot("step_on"))
    assert room.ear.volumes == [4]
    room.announcer.settle(4, "off")
    assert room.show(snapshot("weigh")) == []


def test_at_night_it_is_silent_unless_it_was_asked_for_and_then_softer() -> None:
    room = Room(NIGHT)
    assert room.show(snapshot("step_on")) == []
    room.announcer.settle(4, "on")
    assert room.show(snapshot("weigh"))
    room.show(snapshot("countdown", countdown_s=2))
    room.show(snapshot("countdown", countdown_s=1))
    assert (room.ear.all[-1], room.ear.volumes) == ("count", [2, 2, 2])


@pytest.mark.parametrize("mode", ["by-day", "on", "off"])
@pytest.mark.parametrize("at", [NOON, NIGHT, None])
def test_are_you_all_right_always_sounds_at_full_volume(at: time | None, mode: Any) -> None:
    room = Room(at)
    room.announcer.settle(1, mode)
    room.show(hold(exercise=CLOSED))
    said = room.show(snapshot("all_right"))
    assert [one.split("?")[0] for one in said] == ["Are you all right"]
    assert (room.ear.heard[-1], room.ear.volumes[-2:]) == ("call", [5, 5])
    assert len(room.show(SCREENS["40-all-right-told"])) == 1
    assert room.ear.volumes[-2:] == [5, 5]


def test_without_a_believed_clock_a_session_is_spoken_and_a_greeting_is_not() -> None:
    room = Room(None)
    assert room.show(snapshot("welcome")) == []
    assert room.show(snapshot("step_on"))


def test_a_try_is_heard_at_any_hour_and_in_any_mode() -> None:
    room = Room(NIGHT)
    room.announcer.settle(4, "off")
    room.announcer.try_voice()
    room.announcer.try_tone()
    assert room.ear.all == ["Good to see you. This is how the station speaks.", "begin"]
    assert room.ear.volumes == [4, 4]


def test_a_voice_that_is_off_makes_only_what_is_said_all_the_same(room: Room) -> None:
    room.announcer.settle(3, "off")
    room.show(snapshot("plan"))
    assert [phrase.text for phrase in room.ear.prepared] == list(urgent_phrases())
    room.announcer.settle(3, "on")
    room.show(snapshot("setup"))
    assert len(room.ear.prepared) > 20


def test_what_may_be_wanted_is_made_ahead_and_in_the_language_in_use(room: Room) -> None:
    room.show(snapshot("welcome"))
    usual = [phrase.text for phrase in room.ear.prepared]
    assert usual == [*urgent_phrases(), *usual_phrases()]
    assert usual[0].startswith("Are you all right?")
    room.show(snapshot("plan"))
    assert words("13-setup-standing") in [phrase.text for phrase in room.ear.prepared]
    count = len(room.ear.prepared)
    room.show(snapshot("plan", t_ns=9))
    assert len(room.ear.prepared) == count
    speak("de")
    room.show(snapshot("step_on"))
    assert {phrase.language for phrase in room.ear.prepared[count:]} == {"de"}
    assert room.ear.phrases[-1].language == "de"
