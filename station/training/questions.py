"""What is asked before and after every session, and in the journal; a red flag means no training today."""

from dataclasses import dataclass
from typing import Final

from station.training.snapshot import Question, QuestionKind
from station.training.words import YOUR_NUMBER

HIGHEST: Final = 10  # of a scale

EMERGENCY: Final = "Please call the emergency number now, or have someone take you to a hospital."
CALL_TEAM: Final = "Please call your care team today and tell them. A message is on its way to them as well."
SUPPORT_FIRST: Final = (
    "Please put your walker, or a steady chair against a wall, right next to the board. "
    "Is it within reach now?"
)
SOMEBODY_FIRST: Final = (
    "Please ask somebody to come and to stay in the room while you train. Is somebody with you now?"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the list.

    `stops_on` is the answer that stops training, `advice` what to do then. `again` is asked after a "no",
    which never leads on. `only_if` names an earlier question: without a "yes" or a number there, this one is
    left out.
    """

    key: str
    text: str
    kind: QuestionKind = "yes_no"
    stops_on: bool | None = None
    advice: str = CALL_TEAM
    low: str = ""
    high: str = ""
    again: str = ""
    only_if: str = ""
    most: int = HIGHEST
    step: int = 1  # from one number to the next one offered
    usual: int = 0  # the number offered first
    choices: tuple[str, ...] = ()


PAIN_ENDS: Final = ("no pain", "the worst pain")

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
    Asked("pain", "How much pain do you have now?", "scale", low=PAIN_ENDS[0], high=PAIN_ENDS[1]),
    Asked("support", "Is your support right next to the board, within reach?", again=SUPPORT_FIRST),
)
# Asked at the next check-in: whether it was too much shows the morning after.
OVERDONE: Final = Asked(
    "overdone", "After your last training: more pain, more swelling, or stiff the next morning?"
)
SOMEBODY_NEAR: Final = Asked("somebody", "Is somebody near who can help you?", again=SOMEBODY_FIRST)

PAIN_AFTER: Final = Asked(
    "pain_after", "How much pain do you have now?", "scale", low=PAIN_ENDS[0], high=PAIN_ENDS[1]
)
# Asked when somebody goes on after a pause.
PAIN_NOW: Final = Asked(
    "pain_now", "How much pain do you have now?", "scale", low=PAIN_ENDS[0], high=PAIN_ENDS[1]
)
EFFORT: Final = Asked("effort", "How hard was it today?", "scale", low="very easy", high="as hard as can be")
COMPARED: Final = Asked(
    "compared",
    "How was it, next to last time?",
    "choice",
    choices=("easier", "about the same", "harder"),
)
SWOLLEN: Final = Asked("swollen", "Is anything more swollen or stiff than before you began?")
CHECK_OUT: Final = (PAIN_AFTER, EFFORT, COMPARED, SWOLLEN)

COUNTS: Final = {
    "steps": Asked("count", "How many steps did you walk?", "count"),
    "repetitions": Asked("count", "How many did you do?", "count"),
    "minutes": Asked("count", "For how many minutes?", "count"),
}

JOURNAL: Final = (
    Asked("walk_minutes", "How many minutes did you walk today?", "count", most=120, step=5),
    Asked(
        "walk_distance",
        "About how far was it?",
        "choice",
        only_if="walk_minutes",
        choices=("only indoors", "up to 100 metres", "up to 500 metres", "up to 1 kilometre", "further"),
    ),
    Asked(
        "walk_hard",
        "What was hard about it?",
        "choice",
        only_if="walk_minutes",
        choices=("nothing", "tired legs", "my back", "keeping my balance", "my breath", "stairs or slopes"),
    ),
    Asked(
        "exercises",
        "Did you do exercises away from the board today?",
        "choice",
        choices=("none", "leg raises", "heel slides", "gentle core work", "several of them"),
    ),
    Asked(
        "mood", "How do you feel today?", "choice", choices=("very well", "well", "so-so", "low", "very low")
    ),
)
GOAL: Final = Asked(
    "goal",
    "What would you like to do this week?",
    "choice",
    choices=(
        "train on three days",
        "train on five days",
        "walk a little every day",
        "walk a little further",
        "climb some stairs",
        "go outside once",
    ),
)

# On a station that several people share; the safe answer is "no".
ITS_ME: Final = Asked("its_me", YOUR_NUMBER)

EVERY: Final = (
    *CHECK_IN, OVERDONE, SOMEBODY_NEAR, *CHECK_OUT, PAIN_NOW, *COUNTS.values(), *JOURNAL, GOAL,
)  # fmt: skip


def check_in(*, trained_before: bool, somebody_near: bool) -> tuple[Asked, ...]:
    """Return what is asked before training; `somebody_near` is what the prescription wants."""
    *flags_and_pain, support = CHECK_IN
    after_last = (OVERDONE,) if trained_before else ()
    nearby = (SOMEBODY_NEAR,) if somebody_near else ()
    return (*flags_and_pain, *after_last, support, *nearby)


def check_out(*, trained_before: bool, pain_known: bool) -> tuple[Asked, ...]:
    """Return what is asked after training; `pain_known`: it was asked a moment ago."""
    pain = () if pain_known else (PAIN_AFTER,)
    compared = (COMPARED,) if trained_before else ()
    return (*pain, EFFORT, *compared, SWOLLEN)


def as_question(asked: Asked, *, number: int, of: int, again: bool = False) -> Question:
    """Return the question as a screen shows it; `again` after a "no" that does not lead on."""
    return Question(
        key=asked.key,
        text=asked.again if again else asked.text,
        kind=asked.kind,
        number=number,
        of=of,
        low=asked.low,
        high=asked.high,
        safest=_safest(asked),
        most=asked.most,
        step=asked.step,
        usual=asked.usual,
        choices=asked.choices,
    )


def _safest(asked: Asked) -> bool | int:
    if asked.kind == "yes_no":
        return asked.stops_on is True or asked in (OVERDONE, SWOLLEN)
    return HIGHEST if asked.kind == "scale" else 0
