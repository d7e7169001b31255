"""Two trials side by side: like ones only, and a change only beyond the minimal detectable one."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from station.sway.compare import Conditions, change, unlike
from ui.care.models import Trial
from ui.care.words.clinical import MEASURES, Words, measure_words, routine_words

_MUST_AGREE: Final[dict[str, Words]] = {
    "routine": _("exercise"),
    "side": _("side"),
    "alg": _("method"),
    "sim": _("simulated and measured"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of both, and what may be said of the difference."""

    label: str
    unit: str
    first: float
    second: float
    share_percent: float | None
    verdict: str
    changed: bool


def why_not(a: Trial, b: Trial) -> str | None:
    """Return why these two may not be compared, None when they may."""
    if a.pk == b.pk:
        return gettext("they are one and the same trial")
    for name, label in _MUST_AGREE.items():
        if getattr(a, name) != getattr(b, name):
            values = {"what": label, "a": _words(a, name), "b": _words(b, name)}
            return gettext("different %(what)s: %(a)s and %(b)s") % values
    if not a.body["measures"] or not b.body["measures"]:
        return gettext("one of them carries no sway measures: it was too short, or done beside the board")
    return unlike(_conditions(a), _conditions(b))


def _words(trial: Trial, name: str) -> str:
    if name == "routine":
        return routine_words(trial.routine)
    return str(getattr(trial, name)) or "–"


def _conditions(trial: Trial) -> Conditions:
    return Conditions(
        str(trial.body.get("stance", "")), trial.surface, trial.vision, trial.support_kind, trial.hold_s
    )


def rows(a: Trial, b: Trial) -> list[Row]:
    """Return the measures that both carry, in the order of a report. The trials must be like."""
    first, second = a.body["measures"], b.body["measures"]
    both = [name for name in MEASURES if name in first and name in second]
    return [_row(name, first[name], second[name], a.hold_s) for name in both]


def _row(name: str, first: float, second: float, duration_s: float) -> Row:
    label, unit = measure_words(name)
    facts: dict[str, Any] = {"label": label, "unit": unit, "first": first, "second": second}
    if name in ("mean_ml_mm", "mean_ap_mm") or first == 0:
        # A position has no zero to be a share of.
        return Row(**facts, share_percent=None, verdict="", changed=False)
    told = change(name, [first], [second], duration_s=duration_s)
    words = {
        "changed": gettext("changed"),
        "within_error": gettext("no change can be told"),
        "unknown": gettext("not known how much is chance"),
    }[told.verdict]
    if told.mdc is not None:
        words += " " + gettext("(from %(mdc).0f %% on)") % {"mdc": 100 * told.mdc}
    return Row(**facts, share_percent=100 * told.share, verdict=words, changed=told.verdict == "changed")
