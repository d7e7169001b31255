"""What keeps a station's results from being safe: what it said of it, in words, and who must act."""

import hashlib
import json
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext

# Nothing is safe there until somebody has acted; and what somebody should look at once.
AT_RISK: Final = frozenset({"not-lasting", "read-only", "card-failing", "disk-full"})
RESTORED: Final = "database-restored"
DISK: Final = frozenset({"disk-full", "disk-nearly-full"})


def keeping_words(kind: str) -> str:
    """Return what is wrong and what to do, "" for a kind that is not known here."""
    words = {
        "not-lasting": gettext(
            "Its results are gone when its power is cut: give its data folder a partition of its own."
        ),
        "read-only": gettext(
            "Nothing can be saved on it: have it started again; if it stays so, change its memory card."
        ),
        "card-failing": gettext("Its memory card is failing: let it send what waits, then change the card."),
        "disk-full": gettext("Its memory card is full: results are kept, raw traces go; make room on it."),
        "disk-nearly-full": gettext("Its memory card is nearly full: make room on it."),
        RESTORED: gettext("Its database was damaged and is restored: look whether a session is missing."),
    }
    return words.get(kind, "")


def told_keeping(kinds: str | None, said: str | None) -> list[tuple[str, str]]:
    """Return kind and the station's own sentence of all it said, out of the texts of both lists."""
    return list(zip(_list(kinds), _list(said), strict=False)) if kinds else []


def cause_of(kind: str, said: str, week: str) -> str:
    """Return what tells one from the next: a restore by its sentence; what lasts is asked for every week."""
    if kind == RESTORED:
        return f"{kind}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"
    return f"{kind}:{week}"


def _list(text: str | None) -> Sequence[str]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return ()
    return [str(each) for each in found] if isinstance(found, list) else ()
