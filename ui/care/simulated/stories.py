"""What happens to the people of a simulated clinic."""

from dataclasses import dataclass, replace
from typing import Final, Literal

Answer = Literal["applied", "sent", "rejected"]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the last days; it happened in, or instead of, a session."""

    kind: str
    days_ago: float
    detail: tuple[tuple[str, str | float | int | bool | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One course. Shares are of 1; `weeks` is the longest time in training, however long the data reach back.

    `pace` is how many rungs a block of three weeks brings, `plateau_weeks` how long nothing has moved by now,
    `pain` goes from the first to the second number, and `pain_rise` is added in the last ten days.
    """

    name: str
    pace: float = 1.0
    weeks: int = 60
    plateau_weeks: int = 0
    adherence: float = 0.9
    adherence_now: float | None = None  # in the last ten days; None: as before
    away_days: int = 0  # nothing trained in these last days
    pain: tuple[float, float] = (4.0, 1.0)
    pain_rise: float = 0.0
    silent_days: float = 0.0
    answer: Answer = "applied"  # to the newest programme
    reason: str = ""
    answer_days: float = 3.0  # ago that programme was sent
    calibrated: bool = True
    happened: tuple[Happened, ...] = ()
    note: str = ""


STEADY: Final = Story("steady")
PLATEAU: Final = Story("plateau", plateau_weeks=6, pain=(3.0, 2.0))
NEW: Final = Story("new", weeks=2, pain=(5.0, 4.0), adherence=1.0, answer_days=13.0)

# Reasons as `station.training.saying` puts them.
_PROPOSED: Final = (
    "Supported standing, rung {from_rung}: held 6 of 6 in 3 sessions, pain not up, effort at most 4; "
    "rung {to_rung} is proposed."
)
_EASED: Final = (
    "Supported standing, rung {from_rung}: more pain, swelling or stiffness since the last training; "
    "eased to rung {to_rung}."
)
_READY: Final = (
    ("routine", "supported-standing"),
    ("side", None),
    ("from_rung", 5),
    ("to_rung", 6),
    ("why", _PROPOSED),
)

# Everything a worklist has to show, once each; after these the clinic fills with quiet courses.
STORIES: Final = (
    Story(
        "fall",
        happened=(Happened("possible_fall", 0.14, (("unanswered_s", 30.0),)),),
        note="Rang: sat down on the sofa, not hurt. Visit on Thursday before the next programme.",
    ),
    Story(
        "red flag",
        happened=(Happened("red_flag", 0.3, (("question", "numbness"),)),),
        pain=(4.0, 3.0),
    ),
    Story(
        "pain up",
        pain=(3.0, 2.0),
        pain_rise=3.0,
        happened=(Happened("pain_up", 1.2, (("rise", 3),)),),
        note="Changed the mattress last week. Asked to halve the holds until Monday.",
    ),
    Story("proposal", pain=(3.0, 1.0), happened=(Happened("proposal", 0.8, _READY),)),
    Story("overdue", adherence_now=0.25, pain=(4.0, 3.0)),
    Story("away", away_days=10, happened=(Happened("not_trained", 3.0, (("days", 7),)),)),
    Story("silent", silent_days=4.5, away_days=5),
    Story(
        "rejected",
        answer="rejected",
        reason="exercise 1: rung: rung 9 of supported-standing is beyond this device's limit of 8",
        answer_days=1.1,
    ),
    Story("unanswered", answer="sent", answer_days=3.2, silent_days=0.0),
    Story(
        "recalibrate",
        happened=(
            Happened(
                "recalibrate",
                2.0,
                (
                    ("reason", "tare_walked"),
                    ("cell", "FR"),
                    ("measured", 38.0),
                    ("limit", 20.0),
                    ("unit", "N"),
                ),
            ),
        ),
    ),
    Story("nominal", calibrated=False, weeks=5),
    Story(
        "overdone",
        pain=(4.0, 4.0),
        happened=(
            Happened("overdone", 1.1, (("question", "overdone"),)),
            Happened(
                "eased",
                1.1,
                (*_READY[:2], ("from_rung", 5), ("to_rung", 4), ("why", _EASED)),
            ),
        ),
    ),
    Story(
        "board",
        happened=(
            Happened(
                "sensor_fault",
                0.5,
                (
                    ("cell", "RL"),
                    ("fault", "silent"),
                    ("advice", "check the plug, supply and DOUT wire of this cell's module"),
                ),
            ),
        ),
    ),
    PLATEAU,
    NEW,
    replace(STEADY, name="weary", adherence=0.55, pain=(3.0, 3.0)),
)
QUIET: Final = (
    STEADY,
    replace(STEADY, pace=1.5, pain=(3.0, 0.5)),
    PLATEAU,
    replace(STEADY, pace=0.7, pain=(5.0, 2.0), adherence=1.0),
    NEW,
    replace(STEADY, weeks=9, pain=(4.0, 2.0)),
)
IN_CLINIC: Final = 3  # the last people of a clinic share one station there


def story_of(number: int) -> Story:
    """Return the course of person `number`, counted from 0."""
    return STORIES[number] if number < len(STORIES) else QUIET[(number - len(STORIES)) % len(QUIET)]


FIRST_NAMES: Final = (
    "Ayşe", "Hannah", "Mehmet", "Carmen", "Peter", "Elif", "Johann", "Lucía", "Margaret", "Emre", "Ingrid",
    "Antonio", "Fatma", "Robert", "Greta", "Miguel", "Zeynep", "Dieter", "Rosa", "Thomas", "Hatice", "Ursula",
    "Pablo", "Joan", "Mustafa", "Helga", "Isabel", "David", "Emine", "Karl",
)  # fmt: skip
LAST_NAMES: Final = (
    "Yıldız", "Albrecht", "Romero", "Whitfield", "Kaya", "Lindner", "Ortega", "Hughes", "Demir", "Brandt",
    "Navarro", "Barnes", "Aydın", "Vogel", "Molina", "Pearce", "Şahin", "Krüger", "Serrano", "Doyle", "Koç",
    "Engel", "Cano", "Marsh", "Arslan", "Seidel", "Vidal",
)  # fmt: skip


def name_of(number: int) -> str:
    """Return a name; 30 × 27 of them before one comes twice, then with a number."""
    again = number // (len(FIRST_NAMES) * len(LAST_NAMES))
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[(number * 7 + number // len(FIRST_NAMES)) % len(LAST_NAMES)]
    return f"{first} {last}" + (f" {again + 1}" if again else "")
