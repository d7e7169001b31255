"""The clinic wall: the page, its live stream, and a word to a board."""

import logging
import threading
import time
from collections.abc import AsyncGenerator
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from station.link.client import Answer
from ui.care.models import Station
from ui.care.rights.audit import note, note_all, write
from ui.care.wall.feed import feed
from ui.care.wall.hub import Mark
from ui.care.wall.places import (
    LABEL_CHARACTERS,
    MOST_BOARDS,
    Wall,
    call,
    choose,
    keep,
    may_look,
    recent_marks,
    still,
    wall_of,
    wall_stations,
)
from ui.care.wall.stream import stream
from ui.care.words.clinical import Words
from ui.care.words.station import station_words

log = logging.getLogger(__name__)

MOST_LISTED: Final = 100  # boards to choose from; the id of another one is written
COMMANDS: Final = ("stop", "start", "pause", "mark", "identify")


def _person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not may_look(user):
        raise PermissionDenied
    return user


@require_safe
def wall_page(request: HttpRequest) -> HttpResponse:
    """Show the wall; who looks on at which board is noted here, once a page."""
    user = _person(request)
    if request.method == "HEAD":  # a page that has lost its stream asks whether it is still let in
        return HttpResponse()
    wall = wall_of(user)
    if wall.shown:
        note_all(request, "live view: begun", [(place.sid, place.pseudonym) for place in wall.shown])
    context = {
        "wall": wall,
        "most": MOST_BOARDS,
        "label_characters": LABEL_CHARACTERS,
        "places": [*wall.shown, *wall.others[:MOST_LISTED]],
        "unlisted": len(wall.others[MOST_LISTED:]),
    }
    return render(request, "care/wall.html", context)


async def wall_stream(request: HttpRequest) -> HttpResponseBase:
    """Stream what the boards of the wall show, for as long as the browser listens."""
    user, wall, marks = await sync_to_async(_begin)(request)
    session_key = request.session.session_key or ""
    slow = request.GET.get("pace") == "slow"
    said = _noted(
        user,
        stream(feed(), wall, marks, lambda: _still(user.pk, session_key), slow=slow, language=get_language()),
        wall,
    )
    response = StreamingHttpResponse(said, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # a proxy would keep frames back
    return response


def _begin(request: HttpRequest) -> tuple[User, Wall, dict[str, list[Mark]]]:
    try:
        user = _person(request)
        wall = wall_of(user)
        return user, wall, recent_marks(wall.sids)
    finally:
        _let_go()


def _let_go() -> None:
    """Close the database's connection: this thread waits with its viewer, and would hold one for as long."""
    if not connection.in_atomic_block:  # a transaction around all of it is not ours to end
        connection.close()


def _still(user_id: int, session_key: str) -> Wall | None:
    try:
        return still(user_id, session_key)
    finally:
        _let_go()


async def _noted(user: User, said: AsyncGenerator[bytes, None], wall: Wall) -> AsyncGenerator[bytes, None]:
    begun_s = time.monotonic()
    try:
        async for part in said:
            yield part
    finally:
        await said.aclose()
        lasted = f"live view: ended after {time.monotonic() - begun_s:.0f} s"
        _write_quietly(user, lasted, f"{len(wall.shown)} boards")


def _write_quietly(user: User, action: str, subject: str) -> None:
    """Add a line from a browser's end, at which nothing may be waited for: in a thread of its own."""

    def add() -> None:
        try:
            write(user, action, subject)
        except DatabaseError:
            log.warning("the audit could not be written: %s", action)
        finally:
            connection.close()

    threading.Thread(target=add, daemon=True).start()


@require_POST
def wall_say(request: HttpRequest, sid: str, kind: str) -> JsonResponse:
    """Say one thing to a board, and answer what became of it in words."""
    user = _person(request)
    station = wall_stations(user).select_related("patient").filter(sid=sid).first()
    if station is None or kind not in COMMANDS:
        note(request, "asked for a board not theirs", sid)
        return JsonResponse({"state": "refused", "words": gettext("This board is not yours.")}, status=404)
    answer = feed().command(sid, kind)
    _note_command(user, station, answer)
    return JsonResponse({"state": answer.state, "words": answer_words(answer)})


def _note_command(user: User, station: Station, answer: Answer) -> None:
    """Add the line after the word was said: a database in trouble must not keep a stop from a board."""
    about = station.patient.pseudonym if station.patient else ""
    try:
        write(user, f"command {answer.kind}: {answer.state}", f"{station.sid} {answer.command}", about=about)
    except DatabaseError as error:
        log.error("command %s to %s is not in the audit: %s", answer.kind, station.sid, error)  # noqa: TRY400


DONE: Final[dict[str, Words]] = {
    "stop": _("Stop was pressed"), "start": _("Start was pressed"), "pause": _("Pause was pressed"),
    "mark": _("Marked"), "identify": _("It shows itself for 10 s"),
}  # fmt: skip


def answer_words(answer: Answer) -> str:
    """Return what became of a command, as it stands on the tile."""
    if answer.state == "done":
        return str(DONE[answer.kind])
    if answer.state == "refused":
        return gettext("Refused: %(why)s") % {"why": station_words(answer.reason)}
    if answer.state == "not_sent":
        return gettext("Not sent: %(why)s") % {"why": station_words(answer.reason)}
    return gettext("No answer: nobody knows whether it was done")


@require_POST
def wall_choose(request: HttpRequest) -> HttpResponse:
    """Keep which boards are shown, in which order, and what their places are called."""
    user = _person(request)
    named = request.POST.get("more", "")[: 64 * MOST_BOARDS].replace(",", " ").split()
    chosen = sorted([*request.POST.getlist("board"), *named], key=lambda sid: _order(request.POST, sid))
    seen = choose(user, chosen)
    if strange := [sid[:63] for sid in named if sid not in seen]:
        words = gettext("No board of yours bears this id: %(ids)s. It is not shown; the others are kept.")
        messages.error(request, words % {"ids": ", ".join(strange)})
    for sid in wall_stations(user).values_list("sid", flat=True):
        if f"label-{sid}" in request.POST and call(user, sid, request.POST[f"label-{sid}"]):
            note(request, "named a place on the wall", sid)
    return redirect("wall")


def _order(said: Any, sid: str) -> int:
    try:
        return int(said.get(f"order-{sid}", ""))
    except ValueError:
        return 10_000


@require_POST
def wall_keep(request: HttpRequest) -> JsonResponse:
    """Keep a switch of the wall: names, sound."""
    user = _person(request)
    said = {name: request.POST[name] == "1" for name in ("names", "sound") if name in request.POST}
    if said:
        keep(user, **said)
    return JsonResponse({"kept": said})
