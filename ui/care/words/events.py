"""An event as one sentence for the care team."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ui.care.models import Event
from ui.care.words.clinical import COMMANDS, EVENT, Words, routine_words
from ui.care.words.decisions import why_words
from ui.care.words.station import cell_words, fault_words, station_words

# Questions of the check-in, as what a yes to them means.
ANSWERED: Final[dict[str, Words]] = {
    "numbness": _("new numbness or tingling"),
    "weakness": _("a leg newly weak, or weaker"),
    "bladder": _("bladder or bowel out of control, or numb where one sits: an emergency"),
    "severe_pain": _("severe or suddenly worse pain"),
    "wound": _("fever, or a red, swollen or weeping wound"),
    "chest": _("chest pain or trouble breathing: an emergency"),
    "dizzy": _("dizzy"),
    "pain": _("pain over the programme's limit"),
    "overdone": _("more pain, swelling or stiffness after the last training"),
    "swollen": _("more swollen or stiff than before"),
}

# Why a board wants a new calibration (`station.sway.drift`).
DRIFTED: Final[dict[str, Words]] = {
    "tare_walked": _("its zero has moved"),
    "span_off": _("a known mass reads wrong"),
    "cell_noisier_than_others": _("noisier than the other cells"),
    "cell_noisier_than_before": _("noisier than after the calibration"),
}


def event_words(kind: str, detail: Mapping[str, Any]) -> str:
    """Return an event in words; an unknown one under its own name. A command says what became of it."""
    words = str(EVENT.get(kind, kind.replace("_", " ")))
    if kind != "command":
        return words
    command = COMMANDS.get(str(detail.get("kind")), detail.get("kind"))
    if detail.get("state") == "done":
        return f"{words}: {command}"
    refused = gettext("refused, %(reason)s") % {"reason": station_words(str(detail.get("reason")))}
    return f"{words}: {command} ({refused})"


def event_sentence(event: Event) -> str:
    """Return what happened, with what the station said of it."""
    detail: dict[str, Any] = event.detail
    if event.kind == "possible_fall":
        return gettext("The load left the board at once in a hold; “Are you all right?” was not answered.")
    if event.kind in ("red_flag", "pain_stop", "overdone") and detail.get("question") in ANSWERED:
        return _of_question(event.kind, detail)
    if event.kind == "pain_up" and "rise" in detail:
        return gettext("Pain rose by %(rise)s within a session, which then ended.") % {"rise": detail["rise"]}
    if event.kind in ("proposal", "eased", "stepped"):
        return _of_rungs(event.kind, detail)
    return _plainly(event.kind, detail)


def _of_question(kind: str, detail: dict[str, Any]) -> str:
    said = {"what": ANSWERED[detail["question"]], "answer": detail.get("answer")}
    if kind == "pain_stop":
        words = gettext("Pain %(answer)s of 10 at the check-in, over the limit. No training that day.")
    elif kind == "overdone":
        words = gettext("Told at the check-in: %(what)s.")
    else:
        words = gettext("Said yes at the check-in: %(what)s. No training that day.")
    return words % said


def _of_rungs(kind: str, detail: dict[str, Any]) -> str:
    title = routine_words(str(detail.get("routine", "")), detail.get("side") or None)
    words = {
        "proposal": gettext("%(title)s: ready for rung %(to)s (now %(from)s). %(why)s"),
        "eased": gettext("%(title)s: made easier by the station, rung %(from)s → %(to)s. %(why)s"),
        "stepped": gettext("%(title)s: stepped up as allowed, rung %(from)s → %(to)s. %(why)s"),
    }[kind]
    why = why_words(str(detail.get("why", "")))
    said = {"title": title, "to": detail.get("to_rung", "?"), "from": detail.get("from_rung", "?")}
    why = f"{why[:1].upper()}{why[1:].removesuffix('.')}." if why else ""
    return (words % {**said, "why": why}).strip()


def _plainly(kind: str, detail: dict[str, Any]) -> str:
    words = str(EVENT.get(kind, kind.replace("_", " ")))
    told = (("text", str), ("fault", fault_words), ("advice", station_words))
    facts = [put(detail[name]) for name, put in told if isinstance(detail.get(name), str)]
    if detail.get("cell"):
        facts.insert(0, gettext("cell %(cell)s") % {"cell": cell_words(str(detail["cell"]))})
    if detail.get("reason") in DRIFTED:
        facts.append(str(DRIFTED[detail["reason"]]))
    if isinstance(detail.get("measured"), int | float) and isinstance(detail.get("limit"), int | float):
        facts.append(
            gettext("%(measured).3g %(unit)s, the limit is %(limit).3g")
            % {"measured": detail["measured"], "unit": detail.get("unit", ""), "limit": detail["limit"]}
        )
    return f"{words}: {', '.join(facts)}." if facts else f"{words}."
