"""What stations say of requests to update, filed; nothing is signed here (`updates` does).

Runs inside the transaction of `intake`.
"""

from typing import Final

from django.utils import timezone

from station.link.asked import ENDED, UpdateReply
from ui.care.models import Station, UpdateAsk, UpdateStep
from ui.care.trust.outgoing import keep

BEGUN: Final = ("fetched", "installing")  # the package lies ready: only the station ends that


def file_receipt(reply: UpdateReply, station: Station) -> None:
    """Note how far a request is. One that has ended stays so; the same word twice is one.

    A state that is not known here, of a newer station, is passed over.
    """
    ask = station.update_asks.select_for_update().filter(number=reply.number).first()
    if ask is None or ask.state in ENDED or reply.state not in UpdateAsk.State.values:
        return
    if (ask.state, ask.reason) == (reply.state, reply.reason[:400]):
        return
    _step(ask, reply.state, reply.reason[:400], reply.installed[:40])
    if reply.state != UpdateAsk.State.REFUSED:  # it stands in the place of those before that were not begun
        for before in station.update_asks.filter(number__lt=ask.number).exclude(state__in=(*ENDED, *BEGUN)):
            _step(before, UpdateAsk.State.WITHDRAWN, "", before.installed)
    if ask.state in ENDED and not station.update_asks.filter(number__gt=ask.number).exists():
        keep(station, "update", b"")  # it has served: nobody is told it again


def _step(ask: UpdateAsk, state: str, reason: str, installed: str) -> None:
    ask.state, ask.reason, ask.installed, ask.answered = state, reason, installed, timezone.now()
    ask.save(update_fields=["state", "reason", "installed", "answered"])
    UpdateStep.objects.create(ask=ask, state=state, reason=reason, heard=ask.answered)
