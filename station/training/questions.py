"""What is asked before and after every session; a red flag means no training today."""

from dataclasses import dataclass
from typing import Final, Literal

from station.training.snapshot import Question

HIGHEST: Final = 10  # of a scale

EMERGENCY: Final = "Please call the emergency number now, or have someone take you to a hospital."
CALL_TEAM: Final = "Please call your care team today and tell them. A message is on its way to them as well."


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the list; `stops_on` is the answer that stops training, `advice` what to do then."""

    key: str
    text: str
    kind: Literal["yes_no", "scale"] = "yes_no"
    stops_on: bool | None = None
    advice: str = CALL_TEAM
    low: str = ""
    high: str = ""


CHECK_IN: Final = (
    Asked("numbness", "Do you have new numbness or tingling?", stops_on=True),
    Asked("weakness", "Is a leg newly weak, or weaker than before?", stops_on=True),
    Asked(
        "bladder",
        "Have you lost control of your bladder or bowel, or is it numb where you sit?",
        stops_on=True,
        advice=EMERGENCY,
    ),
    Asked("severe_pain", "Is your pain severe, or suddenly much worse?", stops_on=True),
    Asked("wound", "Do you have a fever, or is your wound red, swollen or weeping?", stops_on=True),
    Asked(
        "chest", "Do you have chest pain, or trouble getting your breath?", stops_on=True, advice=EMERGENCY
    ),
    Asked("dizzy", "Do you feel dizzy right now?", stops_on=True),
    Asked("pain", "How much pain do you have now?", "scale", low="no pain", high="the worst pain"),
    Asked("support", "Is your support right next to the board, within reach?"),
)
CHECK_OUT: Final = (
    Asked("pain_after", "How much pain do you have now?", "scale", low="no pain", high="the worst pain"),
    Asked("effort", "How hard was it today?", "scale", low="very easy", high="as hard as can be"),
)

SUPPORT_FIRST: Final = (
    "Please put your walker, or a steady chair against a wall, right next to the board. "
    "Is it within reach now?"
)


def as_question(asked: Asked, *, number: int, of: int, again: bool = False) -> Question:
    """Return the question as a screen shows it; `again` after a 'no' to the support question."""
    text = SUPPORT_FIRST if again else asked.text
    return Question(
        key=asked.key,
        text=text,
        kind=asked.kind,
        number=number,
        of=of,
        low=asked.low,
        high=asked.high,
        safest=HIGHEST if asked.kind == "scale" else asked.stops_on is True,
    )
