"""What a page draws from: the newest snapshot, and what the kiosk alone knows."""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import msgspec

from station.training.snapshot import LiveView, Phase, Snapshot
from ui.patient.canvas import Action
from ui.patient.service.view import ServiceView

LIVE_PHASES: Final[frozenset[Phase]] = frozenset({"step_on", "weigh", "countdown", "hold"})
TRAINING_PHASES: Final[frozenset[Phase]] = frozenset(
    {
        "message",
        "checkin",
        "plan",
        "setup",
        "step_on",
        "weigh",
        "countdown",
        "hold",
        "result",
        "rest",
        "guided",
        "pause",
        "checkout",
    }
)
NOTHING_LIVE: Final = LiveView()


class CopPoint(NamedTuple):
    """Where the CoP was, on the plate (mm; +x to the patient's right, +y forward)."""

    x_mm: float
    y_mm: float


@dataclass(frozen=True, slots=True)
class View:
    """Everything a page may show.

    `snapshot` None: the station is not there, `interrupted` whether a session was under way when it went.
    `stale`: the live part of the snapshot is too old to be shown. `trail` is the recent CoP, oldest first.
    `chosen` is the answer marked but not sent, `taken_in_s` when it is taken if it is left alone; `leaf`
    which part of a long page is open; `pressed` the button that was just pressed; `pad` the keys of the page
    on which a number is typed. An open `service` area hides everything else. `broken`: the page of this view
    cannot be drawn.
    """

    snapshot: Snapshot | None
    interrupted: bool = False
    stale: bool = False
    trail: tuple[CopPoint, ...] = ()
    chosen: int | None = None
    taken_in_s: int | None = None
    leaf: int = 0
    pressed: Action | None = None
    pad: ServiceView | None = None
    service: ServiceView | None = None
    broken: bool = False


def still_part(view: View) -> View:
    """Return the view without what moves: equal still parts look the same but for the live layer."""
    snapshot = view.snapshot
    if snapshot is not None:
        moving: dict[str, object] = {
            "t_ns": 0,
            "live": _standing_still(snapshot),
            "held_s": 0.0,
            "counting": False,
        }
        if snapshot.phase == "hold":
            moving["paused_by"] = None
        if snapshot.rest_s is not None:
            moving["rest_s"] = whole_seconds(snapshot.rest_s)
        snapshot = msgspec.structs.replace(snapshot, **moving)
    return replace(view, snapshot=snapshot, trail=())


def _standing_still(snapshot: Snapshot) -> LiveView:
    if snapshot.phase != "hold":
        return NOTHING_LIVE
    live = snapshot.live
    return msgspec.structs.replace(
        live,
        load_n=None,
        x_mm=None,
        y_mm=None,
        support_percent=None,
        in_target=False,
        count=None,
        target_share=None,
        reach_mm=(),
        up=None,
    )


def whole_seconds(left_s: float) -> int:
    """Return the seconds to show for a time that runs out: 0 only when it is over."""
    return max(0, -int(-left_s // 1))
