"""A session as the database holds it, for programs."""

from typing import Any

from ui.care.models import Session


def find_session(sid: str, session: str | None) -> Session | None:
    """Return this session of the station, or its newest; None when it has not arrived."""
    of_station = Session.objects.filter(station__sid=sid).order_by("-started", "-received")
    return (of_station.filter(pk=session) if session else of_station).first()


def missing(session: Session | None) -> str | None:
    """Return what has not arrived yet, in words, or None when the session is whole."""
    if session is None:
        return "nothing of the session has arrived"
    arrived = session.trials.count()
    if session.trial_count is None:
        return f"{arrived} trials have arrived, the session's own result has not"
    if arrived < session.trial_count:
        return f"{arrived} of {session.trial_count} trials have arrived"
    return None


def document(session: Session) -> dict[str, Any]:
    """Return the session with its trials in the order they were done; what the station left out stays out."""
    trials = [_trial(body) for body in session.trials.order_by("number").values_list("body", flat=True)]
    first = trials[0] if trials else {"cal": session.cal, "alg": session.alg}
    return {
        "station": session.station.sid,
        "session": str(session.pk),
        "sim": session.sim,
        "cal": first["cal"],
        "alg": first["alg"],
        "trials": trials,
        "session_result": session.body,
    }


def _trial(body: dict[str, Any]) -> dict[str, Any]:
    # A trial without a recording on the board has no such seconds, rather than unknown ones.
    return {key: value for key, value in body.items() if key != "source_s" or value is not None}
