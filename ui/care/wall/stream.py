"""What a browser at the wall is sent (Server-Sent Events): the newest of its boards, and how old each is."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

import msgspec
from asgiref.sync import sync_to_async
from django.utils import translation

from ui.care.wall.feed import Feed, Viewer
from ui.care.wall.hub import Board, Mark
from ui.care.wall.places import Wall
from ui.care.wall.words import board_payload, link_words

PACE_S: Final = 0.04  # frames of several boards that come within it go together
SLOW_PACE_S: Final = 0.5  # for a browser that says it cannot follow
BEAT_S: Final = 1.0  # with nothing new, so that a lost connection is known
CHECK_S: Final = 15.0  # so often it is asked whether this person may still look
RETRY_MS: Final = 1000

_encode = msgspec.json.Encoder().encode


def _is_gone() -> bool:
    """Return whether the browser went, even where somebody took the word of it for themselves."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def event(name: str, said: dict[str, Any]) -> bytes:
    """Return one event as it is sent."""
    return b"event: " + name.encode() + b"\ndata: " + _encode(said) + b"\n\n"


def news_event(boards: list[Board], wall: Wall, link: str, now_s: float) -> bytes:
    """Return what is new; `t` is this server's steady clock, by which a browser knows what came late."""
    said = []
    for board in boards:
        payload = board_payload(board, now_s)
        payload["name"] = wall.name_at(board.station, payload.pop("number", None))
        said.append(payload)
    return event("news", {"t": round(now_s, 3), "link": link_words(link), "boards": said})


async def stream(
    feed: Feed,
    wall: Wall,
    marks: dict[str, list[Mark]],
    check: Callable[[], Wall | None],
    *,
    slow: bool = False,
    language: str | None = None,
) -> AsyncGenerator[bytes, None]:
    """Yield events until the browser goes, or its person may not look any more."""
    viewer, now_s = Viewer(), feed.now_s
    if not feed.join(viewer, wall.sids, marks):
        yield event("full", {})
        return
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        check_s = now_s() + CHECK_S
        while not (feed.ended or _is_gone()):
            with translation.override(language):  # the request that chose it is over
                said = news_event(feed.news(viewer), wall, feed.link, now_s())
            yield said
            await asyncio.sleep(SLOW_PACE_S if slow else PACE_S)
            await viewer.wait(BEAT_S)
            if now_s() >= check_s:
                check_s = now_s() + CHECK_S
                found = await sync_to_async(check)()
                if found is None:
                    yield event("out", {})
                    return
                if found.sids != wall.sids:
                    feed.join(viewer, found.sids, {})
                    yield event("changed", {})
                wall = found
    finally:
        feed.leave(viewer)
