"""How a station is, in words with a light, worst first: what somebody should do, and what is well."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Final, Literal, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from station.link.messages import Birth
from station.sway.reading import CELLS
from station.training.health import MachineHealth, Trouble
from ui.care.models import Station
from ui.care.words.at_risk import AT_RISK, DISK, keeping_words

Light = Literal["bad", "check", "good", "none"]
ORDER: Final[tuple[Light, ...]] = ("bad", "check", "good", "none")
HOT_C: Final = 80.0  # a Raspberry Pi slows down from here on
LITTLE_DISK_MB: Final = 500
NO_DISK_MB: Final = 50
LITTLE_MEMORY_MB: Final = 100
OLD_BACKLOG_S: Final = 2 * 24 * 3600.0
DAY_S: Final = 24 * 3600.0


class Line(NamedTuple):
    """One thing: `light` says how it is ("none": nobody knows), `words` what, and what to do."""

    light: Light
    words: str
    detail: str = ""  # in the station's own words


def machine_lines(birth: Birth, clock: str, now: datetime) -> list[Line]:
    """Return what a station said of itself at its birth; `clock` is that of the message."""
    lines = [*_computer(birth.machine or MachineHealth()), *_keeping(birth), *_clock(clock)]
    return sorted([*lines, *_board(birth, now)], key=lambda line: ORDER.index(line.light))


def machine_of(station: Station | None) -> list[Line]:
    """Return the lines of what this station said last, none where it said nothing."""
    birth = station.told_birth() if station else None
    return machine_lines(birth, station.clock, timezone.now()) if birth and station else []


def _computer(machine: MachineHealth) -> Iterator[Line]:
    yield _weak_power(machine) or _power(machine)
    yield from _troubles(machine)
    if machine.cpu_c is not None:
        if machine.cpu_c >= HOT_C:
            words = gettext("The computer is too hot (%(c).0f °C): it needs air, and no sun")
            yield Line("bad", words % {"c": machine.cpu_c})
        else:
            yield Line("good", gettext("Computer at %(c).0f °C") % {"c": machine.cpu_c})
    if machine.memory_free_mb is not None and machine.memory_mb is not None:
        light: Light = "check" if machine.memory_free_mb < LITTLE_MEMORY_MB else "good"
        words = gettext("%(free)d of %(all)d MB memory free")
        yield Line(light, words % {"free": machine.memory_free_mb, "all": machine.memory_mb})
    if machine.uptime_s is not None:
        yield Line("good", gettext("running for %(time)s") % {"time": _span(machine.uptime_s)})


def _weak_power(machine: MachineHealth) -> Line | None:
    """Say since when the power is too weak, where the station knows."""
    weak = next((each for each in machine.troubles if each.kind == "undervoltage"), None)
    if weak is None:
        return None
    if weak.until is None:
        words = gettext("Power supply too weak since %(since)s: use the original one")
        return Line("bad", words % {"since": _minute(weak)})
    words = gettext("Power supply too weak from %(since)s to %(until)s: use the original one")
    return Line("check", words % {"since": _minute(weak), "until": weak.until[:16].replace("T", " ")})


def _troubles(machine: MachineHealth) -> Iterator[Line]:
    words = {
        "fan": gettext("Its fan stands still since %(since)s"),
        "memory": gettext("Short of memory since %(since)s"),
        "date": gettext("Its date cannot be right since %(since)s: results say that their time is unknown"),
    }
    for trouble in machine.troubles:
        if trouble.until is None and trouble.kind in words:
            yield Line("check", words[trouble.kind] % {"since": _minute(trouble)})


def _minute(trouble: Trouble) -> str:
    when = trouble.since[:16].replace("T", " ")
    return when if trouble.clock == "synced" else gettext("%(when)s (clock not set)") % {"when": when}


def _power(machine: MachineHealth) -> Line:
    now, since = machine.power_now, machine.power_since_start
    if now is None or since is None:
        return Line("none", gettext("power supply: not known"))
    if now.undervoltage:
        return Line("bad", gettext("The power supply is too weak: use the original one"))
    if since.undervoltage:
        words = gettext("The power supply was too weak since the last start: use the original one")
        return Line("check", words)
    if now.throttled or now.hot or since.throttled:
        return Line("check", gettext("The computer was slowed down since the last start, for heat"))
    return Line("good", gettext("power supply strong enough"))


def _keeping(birth: Birth) -> Iterator[Line]:
    machine = birth.machine or MachineHealth()
    for kind, said in zip_longest(machine.storage_kinds[: len(machine.storage)], machine.storage):
        words = keeping_words(kind or "")
        light: Light = "bad" if kind in AT_RISK or not words else "check"
        yield Line(light, words, said) if words else Line(light, said)
    free_mb = machine.disk_free_mb
    if free_mb is not None and not DISK & set(machine.storage_kinds):
        words = gettext("%(free)s MB free on the disk") % {"free": free_mb}
        if free_mb < LITTLE_DISK_MB:
            words = gettext("The disk is nearly full (%(free)s MB free): results are kept, raw traces go") % {
                "free": free_mb
            }
        light = "bad" if free_mb < NO_DISK_MB else "check" if free_mb < LITTLE_DISK_MB else "good"
        yield Line(light, words)
    if birth.outbox_depth and birth.outbox_oldest_s is not None:
        words = ngettext(
            "one message waited, for %(time)s", "%(count)d messages waited, the oldest for %(time)s",
            birth.outbox_depth,
        )  # fmt: skip
        light = "check" if birth.outbox_oldest_s > OLD_BACKLOG_S else "good"
        yield Line(light, words % {"count": birth.outbox_depth, "time": _span(birth.outbox_oldest_s)})
    if sum(birth.traces_dropped):
        words = gettext("raw traces dropped on a full disk: %(had)d known here, %(lost)d never sent")
        had, lost = birth.traces_dropped
        yield Line("check" if lost else "good", words % {"had": had, "lost": lost})


def _clock(clock: str) -> Iterator[Line]:
    if clock == "synced":
        yield Line("good", gettext("clock set"))
    elif clock:
        yield Line("check", gettext("Its clock is not set: times are corrected once it reaches the network"))


def _board(birth: Birth, now: datetime) -> Iterator[Line]:
    board = birth.board
    if board is not None:
        for cell, rate, noise_n in zip(CELLS, board.sps, board.noises_n, strict=False):
            parts = [] if rate is None else [gettext("%(rate).0f a second") % {"rate": rate}]
            parts += [] if noise_n is None else [gettext("noise %(n).2f N") % {"n": noise_n}]
            if parts:
                yield Line("good", f"{cell.upper()}: {', '.join(parts)}")
        if board.calibrated is not None:
            yield from _calibrated(board.calibrated, now)
    machine = birth.machine or MachineHealth()
    versions = [gettext("station %(sw)s") % {"sw": birth.sw}, machine.os, machine.model]
    versions += [f"Python {machine.python}"] if machine.python else []
    yield Line("good", ", ".join(version for version in versions if version))


def _calibrated(made: str, now: datetime) -> Iterator[Line]:
    try:
        days = (now - datetime.fromisoformat(made).astimezone(UTC)).days
    except (ValueError, OverflowError):
        return
    words = ngettext("calibrated one day ago", "calibrated %(days)d days ago", max(0, days))
    yield Line("good", words % {"days": max(0, days)})


def _span(seconds: float) -> str:
    if seconds >= 2 * DAY_S:
        return gettext("%(n)d days") % {"n": seconds // DAY_S}
    if seconds >= 2 * 3600:
        return gettext("%(n)d hours") % {"n": seconds // 3600}
    return gettext("%(n)d minutes") % {"n": seconds // 60}
