"""A tip a day, short and never about the dose of anything: medicine is a question for the care team."""

from datetime import date
from typing import Final

TIPS: Final = (
    "Do a little, rest a little, then do a little more. Small steps add up.",
    "Rest is part of training. Lie down for a while when your back asks for it.",
    "Keep water near you: about eight glasses a day, unless you were told otherwise.",
    "Vegetables, fruit, fish and nuts help your body to heal.",
    "Breathe in slowly, and out even more slowly. Five breaths are enough to grow calm.",
    "Warmth can loosen tight muscles. Put a cloth between your skin and anything warm.",
    "Something cool, wrapped in a cloth, can calm a sore place for a few minutes.",
    "Asking for help is wise. Let others carry what is heavy.",
    "Going back to work goes step by step. Talk with your care team before you begin.",
    "Get up now and then. Sitting for a long time makes your back stiff.",
    "Turn your whole body instead of twisting your back.",
    "Questions about your medicine? Your care team is glad to answer them.",
    "Wear shoes that hold your heel, and keep the floor free of loose rugs.",
    "A bad day is no step back. Look at how far you have come in the last weeks.",
)


def tip_of(day: date) -> str:
    """Return the tip of this day: the same one all day, another one tomorrow."""
    return TIPS[day.toordinal() % len(TIPS)]
