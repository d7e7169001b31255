"""How a station reads its board, in one line for whoever looks after it."""

from datetime import UTC, datetime

from django.utils.translation import gettext, ngettext

from station.link.identity import WARN_DAYS
from station.link.messages import Birth
from station.training.health import BoardHealth


def board_words(board: BoardHealth) -> str:
    """Return plate, conversions a second, priority and restarts, as far as they are known."""
    parts = [gettext("Plate %(cal)s") % {"cal": board.cal}]
    rates = [rate for rate in board.sps if rate is not None]
    if rates:
        span = {"least": round(min(rates)), "most": round(max(rates))}
        parts.append(gettext("%(least)d to %(most)d conversions a second") % span)
    if board.noise_n is not None:
        parts.append(gettext("noise %(noise).2f N a cell") % {"noise": board.noise_n})
    if not board.sim:
        parts.append(_priority(board))
    if board.restarts:
        restarts = ngettext("restarted once", "restarted %(count)d times", board.restarts)
        parts.append(restarts % {"count": board.restarts})
    return " · ".join(parts)


def certificate_words(birth: Birth, now: datetime) -> str:
    """Return that the certificate of the station is not renewed yet, "" while there is time."""
    if birth.certificate_until is None:
        return ""
    try:
        until = datetime.fromisoformat(birth.certificate_until).astimezone(UTC)
    except ValueError:
        return ""
    if (until - now).days > WARN_DAYS:
        return ""
    return gettext("its certificate ends on %(day)s and is not renewed yet") % {"day": f"{until:%Y-%m-%d}"}


def _priority(board: BoardHealth) -> str:
    if board.priority is None:
        return gettext("read without priority (%(why)s)") % {"why": "; ".join(board.refused) or "?"}
    core = gettext("any core") if board.core is None else gettext("core %(core)d") % {"core": board.core}
    return gettext("priority %(priority)d on %(core)s") % {"priority": board.priority, "core": core}
