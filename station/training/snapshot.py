"""What a screen needs to know, complete in one message: the newest snapshot replaces every older one."""

from typing import Literal

import msgspec

from station.training.prescription import Device
from station.training.routine import Kind, Side, Stance, Support, Surface, Vision

Phase = Literal[
    "who",  # several people share the station: a number is asked for; `words` when it is not known
    "confirm",  # `question` asks whether `number` is the person's own, `plan` is their programme
    "welcome",  # nobody trains; start begins a session, stop shows the weeks behind
    "history",  # the weeks behind and own bests (`past`), until any press
    "message",  # what the therapist or the station has to say (`note`), before the check-in
    "checkin",  # one question a screen
    "blocked",  # no training today; `words` say why and whom to call
    "plan",  # today's exercises
    "setup",  # how to stand for this exercise
    "step_on",  # waiting for the person on the board
    "weigh",  # stand still: body weight is being taken
    "countdown",  # 3-2-1
    "hold",
    "result",  # what was held, one encouraging true sentence
    "rest",
    "guided",  # beside the board: do it, then say how many; `question` asks for the number
    "pause",  # until start; `words` say why, `question` asks for the pain before going on
    "all_right",  # "Are you all right?"; `words` say when the care team has been told
    "checkout",  # one question a screen
    "summary",
    "journal",  # one question a screen, after the summary
    "goodnight",  # the end of a session that had a summary; `words` say when the next may begin
]
CareTold = Literal["", "on_its_way", "known"]  # known: the care side has everything this station sent
QuestionKind = Literal["yes_no", "scale", "count", "choice"]
PausedBy = Literal["step_off", "support_over", "edge", "fault", "touch_down", "out_of_line"]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question and how it is answered.

    The answer is a bool for `yes_no`, a whole number from 0: up to 10 for `scale`, up to `most` for `count`,
    and the place in `choices` for `choice`.

    `safest` is the answer that rather keeps from training. A screen that answers by itself (a mark left
    alone) offers it first, so that one stray press never leads on.
    """

    key: str
    text: str
    kind: QuestionKind
    number: int  # counted from 1
    of: int
    low: str = ""  # words at the ends of a scale
    high: str = ""
    safest: bool | int = True
    most: int = 10
    step: int = 1  # from one number of a count to the next one offered
    usual: int = 0  # the number of a count offered first
    choices: tuple[str, ...] = ()


class ExerciseView(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of today's plan, as a screen shows it."""

    routine: str
    title: str
    rung: int
    stance: Stance
    side: Side | None
    support: Support
    vision: Vision
    surface: Surface
    hold_s: float
    support_limit_percent: float
    attempts: int
    cues: tuple[str, ...]
    why: str
    rim_mm: float | None = None  # radius of the area the CoP may use, around the plate's centre
    done: bool = False
    kind: Kind = "hold"
    targets: int | None = None  # 4 or 8 around the start
    repetitions: int | None = None
    steps: int | None = None
    minutes: float | None = None
    feedback: bool = True  # False: nothing of the CoP is shown while it is measured
    picture: str | None = None  # which picture shows it; None: drawn from stance, support and surface


class LiveView(msgspec.Struct, frozen=True, kw_only=True):
    """The board at this instant; None stands for 'not known', never for zero."""

    load_n: float | None = None
    x_mm: float | None = None
    y_mm: float | None = None
    support_percent: float | None = None  # what the hands carry, of body weight
    target_x_mm: float | None = None
    target_y_mm: float | None = None
    target_radius_mm: float | None = None
    in_target: bool = False
    targets_mm: tuple[tuple[float, float], ...] = ()  # x, y of every target, where there are several
    target_index: int | None = None  # the one to go to now, counted from 0
    count: int | None = None  # repetitions, targets or directions so far
    goal: int | None = None
    start_mm: tuple[float, float] | None = None  # x, y of where the person stood during the countdown
    target_share: float | None = None  # of the time to stay in the target to go to now, 0 to 1
    reached: tuple[int, ...] = ()  # the targets kept for their time, counted from 0
    reach_mm: tuple[float | None, ...] = ()  # the furthest lean towards each target; None: none yet
    up: bool | None = None  # on the toes, where raises are counted


class ResultView(msgspec.Struct, frozen=True, kw_only=True):
    """One finished attempt in the patient's words."""

    title: str
    outcome: Literal["done", "lost", "stopped", "fault"]
    held_s: float
    hold_s: float
    in_target_percent: float | None
    sentence: str
    count: int | None = None  # repetitions, steps, minutes or targets, where these are counted
    goal: int | None = None


class WeekView(msgspec.Struct, frozen=True, kw_only=True):
    """One week, Monday first: whether each day was trained.

    None: before the first training, or still to come. `minutes` is the time of training.
    """

    days: tuple[bool | None, ...]
    minutes: float


class BestView(msgspec.Struct, frozen=True, kw_only=True):
    """The most a person has reached on the hardest rung of one exercise so far, and on which local date.

    Seconds for a hold; `count` for what is counted instead.
    """

    exercise: ExerciseView
    day: str  # YYYY-MM-DD
    held_s: float
    count: int | None = None


class PastView(msgspec.Struct, frozen=True, kw_only=True):
    """The weeks behind one person (the last is this one, at most four) and own bests, at most six."""

    weeks: tuple[WeekView, ...] = ()
    most_days_a_week: int = 7  # in which the programme in force may be trained
    bests: tuple[BestView, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag="snapshot", tag_field="type"):
    """The whole state of the session as a client shows it."""

    phase: Phase
    t_ns: int  # CLOCK_MONOTONIC of the newest sample behind `live`
    sim: bool
    plate_mm: tuple[float, float]  # width (ML) and length (AP) between the cells
    live: LiveView
    device: Device = "walker"  # what the person holds on to
    ready: bool = True  # start begins a session; not before the board has taken its zero
    session: str | None = None
    question: Question | None = None
    plan: tuple[ExerciseView, ...] = ()
    exercise: ExerciseView | None = None  # the one being done or set up
    exercise_number: int = 0  # counted from 1
    attempt: int = 0  # counted from 1
    held_s: float = 0.0
    counting: bool = False  # the hold counts at this instant
    paused_by: PausedBy | None = None
    countdown_s: int | None = None
    rest_s: float | None = None  # left to rest
    rest_total_s: float | None = None  # of the whole rest
    results: tuple[ResultView, ...] = ()  # of this session; the last is the newest
    words: tuple[str, ...] = ()  # sentences for this phase (blocked, pause, weigh, summary)
    week: tuple[bool, ...] = ()  # trained on each of the last seven days, today last (summary)
    weekday: int = 0  # of today; 0 is Monday
    tip: str = ""  # of the day
    note: str = ""  # from the therapist or the station, shown once before the check-in after a change
    past: PastView | None = None  # history
    clinic: bool = False  # several people share the station
    number: str | None = None  # of the person chosen there
    supervised: bool = False  # somebody looks on
    this_board: str | None = None  # the station's id, while somebody asked which board this is
    service: bool = False  # somebody calibrates or checks the board: nobody can train
    board_fault: str | None = None  # a calm sentence when the board gives no numbers
    care_told: CareTold = ""  # of that fault
