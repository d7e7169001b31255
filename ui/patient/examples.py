"""Hand-made views of every screen, from the shipped routines and questions: for pictures and tests."""

from dataclasses import replace
from typing import Any, Final

import msgspec

from station.training.caps import Allowance, again_words, too_much
from station.training.programme import Programme
from station.training.questions import CHECK_IN, CHECK_OUT, COUNTS, JOURNAL, PAIN_NOW, Asked, as_question
from station.training.routine import shipped_routines
from station.training.saying import BACK_AGAIN, easier_for_patient
from station.training.snapshot import (
    BestView,
    LiveView,
    PastView,
    Phase,
    Question,
    ResultView,
    Snapshot,
    WeekView,
)
from station.training.tips import TIPS
from station.training.words import (
    BOARD_FAULT,
    FALL_WORDS,
    GETTING_READY,
    HELD_WORDS,
    PAUSE_WORDS,
    RESUME_WORDS,
    TEAM_HOLD_WORDS,
    WAIT_FOR_TEAM,
    WEIGH_AGAIN,
    blocked_words,
    counted_sentence,
    result_sentence,
    summary_words,
    week_words,
)
from ui.patient.clinic_examples import clinic_screens
from ui.patient.example_kinds import kind_screens
from ui.patient.service.examples import service_sheets
from ui.patient.service.view import ServiceView
from ui.patient.staged import LIVE, TRAIL, exercise, holding, snapshot
from ui.patient.view import View

__all__ = [
    "LIVE",
    "LONG_CUE",
    "LONG_NOTE",
    "NOTE",
    "TRAIL",
    "every_screen",
    "exercise",
    "holding",
    "snapshot",
]


def _question(questions: tuple[Asked, ...], number: int, phase: Phase, **changes: Any) -> Snapshot:
    question = as_question(questions[number - 1], number=number, of=len(questions))
    return snapshot(phase, question=question, exercise=None, **changes)


def _result(outcome: str, held_s: float) -> Snapshot:
    sentence = result_sentence(outcome, held_s=held_s, hold_s=20, best_s=6)  # type: ignore[arg-type]
    newest = ResultView(
        title="Supported standing",
        outcome=outcome,  # type: ignore[arg-type]
        held_s=held_s,
        hold_s=20,
        in_target_percent=92,
        sentence=sentence,
    )
    return snapshot("result", results=(newest,))


def _count(goal: int) -> Question:
    asked = replace(COUNTS["steps"], most=3 * goal, usual=goal)
    return as_question(asked, number=1, of=1)


def _counted_result(count: int, goal: int) -> Snapshot:
    newest = ResultView(
        title="Supported standing",
        outcome="lost",
        held_s=0,
        hold_s=0,
        in_target_percent=None,
        sentence=counted_sentence(count, goal),
        count=count,
        goal=goal,
    )
    return snapshot("result", results=(newest,))


LONG_CUE: Final = (  # as long as anything a routine may say
    "Stand as tall as you can, let both shoulders sink, breathe out slowly and look at a point straight "
    "ahead; your weight is on both heels and the balls of both feet, and your knees stay a little soft."
)
EYES_CLOSED: Final = (
    "Stand in the middle of the board.",
    "Lift the other foot a little, no higher than your ankle.",
    "Hold your support until you feel steady.",
)
NOTE: Final = (
    "You are doing well. From today, only one hand on the walker. "
    "If it feels unsafe, use both hands again and tell me. I look at your results every evening."
)

OWN_ID: Final = "ward-3-window"
LONGEST_ID: Final = "rehabilitation-centre-north.second-floor.room-214.window-side-1"
LONG_NOTE: Final = f"{NOTE} {NOTE}"[:300]  # as long as a prescription may say


def every_screen() -> dict[str, View]:
    """Return a view of every screen by its name, in the order of a session."""
    return {**_session_screens(), **kind_screens(), **clinic_screens(), **_service_screens()}


def _service_screens() -> dict[str, View]:
    """Return the pages of the service area; some with a mark, as the two buttons show it."""
    marks = {"50-service-pin": "5", "56-service-menu": "check", "61-service-simulation": "unplugged"}
    return {
        name: View(snapshot("welcome"), service=ServiceView(sheet, marks.get(name)))
        for name, sheet in service_sheets().items()
    }


def _session_screens() -> dict[str, View]:
    over = msgspec.structs.replace(LIVE, support_percent=34.0)
    light = msgspec.structs.replace(LIVE, support_percent=6.0)
    off = LiveView(load_n=12.0, target_x_mm=2.0, target_y_mm=0.0, target_radius_mm=30.0)
    board = msgspec.structs.replace(LIVE, target_radius_mm=40.0)
    beyond = msgspec.structs.replace(LIVE, x_mm=150.0, y_mm=60.0, in_target=False)
    one_leg = exercise("single-leg", 3, side="left")
    foam = exercise("balance-board", 2)
    closed = exercise("single-leg", 2, side="right", vision="closed", cues=EYES_CLOSED)
    ticked = (exercise("supported-standing", 2, done=True), one_leg, foam)
    wordy = exercise("supported-standing", 2, cues=(LONG_CUE,) * 3, why=LONG_CUE)
    red_flag = blocked_words(CHECK_IN[2].advice)
    wins = summary_words(done=3, tried=4, held_s=62, stopped=False, best_s=31)
    wins = (*wins[:-1], week_words(4), wins[-1])
    week = (True, False, True, False, True, False, True)
    walk = exercise("heel-to-toe-walking", 1)
    later = again_words(Allowance(), Programme(planned=()), trained_s=600)
    enough = too_much(Allowance(sessions_today=2), Programme(planned=()))
    return {
        "01-away": View(None),
        "02-away-in-session": View(None, interrupted=True),
        "02b-broken-page": View(snapshot("welcome"), broken=True),
        "02c-broken-page-in-session": View(snapshot("hold", live=LIVE), broken=True),
        "03-welcome": View(snapshot("welcome")),
        "04-welcome-ready-soon": View(snapshot("welcome", ready=False, board_fault=GETTING_READY)),
        "05-welcome-fault": View(snapshot("welcome", board_fault=BOARD_FAULT)),
        "05a-welcome-fault-told": View(
            snapshot("welcome", ready=False, board_fault=BOARD_FAULT, care_told="on_its_way")
        ),
        "05b-welcome-service": View(snapshot("welcome", service=True)),
        "05c-this-board": View(snapshot("welcome", this_board=OWN_ID)),
        "05d-this-board-in-session": View(snapshot("rest", this_board=LONGEST_ID)),
        "06-checkin-yes-no": View(_question(CHECK_IN, 3, "checkin")),
        "07-message": View(snapshot("message", note=NOTE)),
        "07b-message-long": View(snapshot("message", note=LONG_NOTE)),
        "07c-message-news": View(snapshot("message", note=easier_for_patient(shipped_routines()["tandem"]))),
        "07d-message-back-again": View(snapshot("message", note=BACK_AGAIN)),
        "08-checkin-scale": View(_question(CHECK_IN, 8, "checkin"), chosen=3),
        "09-checkin-one-button": View(_question(CHECK_IN, 9, "checkin"), chosen=1, taken_in_s=3),
        "10-blocked": View(snapshot("blocked", words=red_flag)),
        "10b-blocked-after-a-fall": View(snapshot("blocked", words=(*HELD_WORDS, WAIT_FOR_TEAM))),
        "10c-blocked-by-the-team": View(snapshot("blocked", words=(*TEAM_HOLD_WORDS, WAIT_FOR_TEAM))),
        "11-plan": View(snapshot("plan")),
        "12-plan-half-done": View(snapshot("plan", plan=ticked)),
        "13-setup-standing": View(snapshot("setup")),
        "14-setup-one-leg": View(snapshot("setup", exercise=one_leg, exercise_number=2)),
        "15-setup-foam": View(snapshot("setup", exercise=foam, exercise_number=3)),
        "16-setup-eyes-closed": View(snapshot("setup", exercise=closed, exercise_number=2)),
        "17-setup-cane": View(snapshot("setup", device="cane")),
        "18-setup-crutches": View(snapshot("setup", device="crutches")),
        "19-setup-chair": View(snapshot("setup", device="none")),
        "20-setup-long": View(snapshot("setup", exercise=wordy)),
        "21-setup-long-on": View(snapshot("setup", exercise=wordy), leaf=1),
        "22-step-on": View(snapshot("step_on")),
        "23-weigh": View(snapshot("weigh", exercise=one_leg)),
        "24-countdown": View(snapshot("countdown", countdown_s=3)),
        "25-hold": holding(),
        "26-hold-hands-over": holding(live=over, counting=False, paused_by="support_over"),
        "27-hold-stepped-off": holding(live=off, counting=False, paused_by="step_off"),
        "28-hold-one-leg": holding(exercise=one_leg, exercise_number=2, held_s=1.3, live=light),
        "29-hold-eyes-closed": holding(exercise=closed, exercise_number=2, held_s=2.1, live=light),
        "30-hold-rim": holding(exercise=foam, exercise_number=3, held_s=11.0, live=board),
        "31-hold-beyond": holding(live=beyond, counting=False, paused_by="edge"),
        "32-hold-stale": View(snapshot("hold", live=LIVE, held_s=7.2), stale=True),
        "33-hold-fault": holding(board_fault=BOARD_FAULT, counting=False, paused_by="fault"),
        "33b-hold-fault-known": holding(board_fault=BOARD_FAULT, care_told="known", paused_by="fault"),
        "34-result-done": View(_result("done", 20.0)),
        "35-result-lost": View(_result("lost", 11.4)),
        "36-rest": View(snapshot("rest", rest_s=14.2, rest_total_s=20, exercise=one_leg, exercise_number=2)),
        "37-checkout": View(_question(CHECK_OUT, 2, "checkout")),
        "38-summary": View(snapshot("summary", words=wins, week=week, weekday=2, tip=max(TIPS, key=len))),
        "38b-goodnight": View(snapshot("goodnight", words=later)),
        "39-all-right": View(snapshot("all_right")),
        "40-all-right-told": View(snapshot("all_right", words=FALL_WORDS)),
        "41-enough-today": View(snapshot("blocked", words=enough)),
        "42-weigh-again": View(snapshot("weigh", words=(WEIGH_AGAIN,))),
        "43-pause": View(snapshot("pause", words=PAUSE_WORDS)),
        "44-go-on": View(snapshot("pause", words=RESUME_WORDS)),
        "45-pause-pain": View(_question((PAIN_NOW,), 1, "pause"), chosen=2),
        "46-guided": View(snapshot("guided", exercise=walk, exercise_number=2)),
        "47-guided-count": View(
            snapshot("guided", exercise=walk, question=_count(10)), chosen=8, taken_in_s=3
        ),
        "48-result-counted": View(_counted_result(8, 10)),
        "49-checkout-choice": View(_question(CHECK_OUT, 3, "checkout"), chosen=1),
        "50-journal-count": View(_question(JOURNAL, 1, "journal")),
        "51-journal-choice": View(_question(JOURNAL, 3, "journal"), chosen=3),
        **_past_screens(),
    }


def _past_screens() -> dict[str, View]:
    """Return the weeks behind: of somebody who has just begun, of a bad month, and own bests."""
    month = (
        WeekView(days=(None, None, True, False, True, False, False), minutes=17.4),
        WeekView(days=(True, False, True, True, False, True, False), minutes=48.0),
        WeekView(days=(False,) * 7, minutes=0.0),
        WeekView(days=(True, False, False, True, None, None, None), minutes=21.6),
    )
    bests = (
        BestView(exercise=exercise("supported-standing", 3), day="2026-03-04", held_s=30.0),
        BestView(exercise=exercise("single-leg", 2, side="left"), day="2026-02-27", held_s=7.6),
        BestView(exercise=exercise("balance-board", 7), day="2026-02-18", held_s=11.2),
        BestView(exercise=exercise("walk", 1), day="2026-03-05", held_s=0.0, count=12),
    )
    behind = PastView(weeks=month, most_days_a_week=5, bests=bests)
    begun = PastView(weeks=(month[3],), most_days_a_week=5)
    return {
        "48a-weeks-none": View(snapshot("history", past=PastView())),
        "48b-weeks-begun": View(snapshot("history", past=begun)),
        "48c-weeks": View(snapshot("history", past=behind)),
        "48d-bests": View(snapshot("history", past=behind), leaf=1),
        "48e-bests-more": View(snapshot("history", past=behind), leaf=2),
    }
