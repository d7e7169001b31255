"""An event for the care team, as it waits in the outbox."""

import msgspec


class EventBody(msgspec.Struct, frozen=True, kw_only=True):
    """Body of an up/event message (`station.link.messages.StationEvent`)."""

    kind: str
    session: str | None
    detail: dict[str, str | float | int | bool | None]
