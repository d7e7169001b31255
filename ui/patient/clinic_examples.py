"""Hand-made views of a station that several people share."""

from typing import Any

import msgspec

from station.training.choosing import Choosing
from station.training.questions import CHECK_IN, as_question
from station.training.snapshot import Phase
from ui.patient.example_kinds import targets_live
from ui.patient.number_pad import NumberSheet
from ui.patient.service.view import ServiceView
from ui.patient.staged import LIVE, TRAIL, exercise, snapshot
from ui.patient.view import View

NUMBER = "4711"


def _shared(phase: Phase, **changes: Any) -> View:
    facts: dict[str, Any] = {"clinic": True, "number": NUMBER, "supervised": True}
    return View(snapshot(phase, **{**facts, **changes}))


def _holding(**changes: Any) -> View:
    view = _shared("hold", **{"live": LIVE, "held_s": 7.2, "counting": True, **changes})
    return View(view.snapshot, trail=TRAIL)


def _who(typed: str = "", mark: str | None = None, **changes: Any) -> View:
    view = _shared("who", number=None, session=None, plan=(), exercise=None, supervised=False, **changes)
    return View(view.snapshot, pad=ServiceView(NumberSheet(typed), mark))


def _confirm(*, again: bool = False, **changes: Any) -> View:
    choosing = Choosing()
    if again:
        choosing.ask_again(1, NUMBER)
    else:
        choosing.found(NUMBER, 1)
    facts: dict[str, Any] = {"question": choosing.question, "words": choosing.words, "exercise": None}
    return _shared("confirm", **{**facts, "session": None, "supervised": False, **changes})


def clinic_screens() -> dict[str, View]:
    """Return the views by name: the number pad, whether it is one's own, and what a second person sees."""
    unknown = Choosing()
    unknown.not_found(1)
    long = (
        exercise("tandem", 8, side="left"), exercise("single-leg", 2, side="right"),
        exercise("weight-shift", 6), exercise("calf-raises", 1), exercise("walk", 2),
    )  # fmt: skip
    to_third = targets_live(8, 96.0, 52.0, 2, x_mm=6.0, y_mm=86.0, in_target=True, target_share=0.6)
    shift, closed = exercise("weight-shift", 8), exercise("single-leg", 2, side="right", vision="closed")
    light = msgspec.structs.replace(LIVE, support_percent=6.0)
    question = as_question(CHECK_IN[2], number=3, of=9)
    return {
        "80-who": _who(),
        "80b-who-typed": _who("471", "7"),
        "80c-who-unknown": _who(words=unknown.words),
        "80d-who-service": _who(service=True),
        "81-confirm": _confirm(),
        "81b-confirm-long": View(_confirm(plan=long).snapshot, chosen=0, taken_in_s=3),
        "81c-confirm-again": _confirm(again=True, session="s"),
        "82-clinic-checkin": _shared("checkin", question=question, exercise=None),
        "82b-clinic-plan": _shared("plan"),
        "82c-clinic-setup": _shared("setup", exercise=exercise("tandem", 8, side="left")),
        "82d-clinic-rest": _shared("rest", rest_s=14.2, rest_total_s=20),
        "83-clinic-hold": _holding(),
        "83b-clinic-hold-edge": _holding(
            counting=False, paused_by="edge", exercise=exercise("tandem", 8, side="left")
        ),
        "83c-clinic-hold-targets": _holding(exercise=shift, live=to_third),
        "83d-clinic-hold-closed": _holding(exercise=closed, live=light),
        "83e-clinic-hold-still": _holding(exercise=exercise("quiet-standing", 2)),
        "83f-clinic-hold-raises": _holding(
            exercise=exercise("calf-raises", 1),
            live=msgspec.structs.replace(LIVE, count=7, goal=15, up=True, support_percent=30.0),
        ),
    }
