"""What a check says of the computer: troubles that last first, then those that were. None is fatal."""

from collections.abc import Sequence
from typing import Final

from station.check.findings import Finding
from station.training.health import Trouble

WORDS: Final = {
    "undervoltage": "power supply too weak {when}; use the one made for it, and a short thick cable",
    "capped": "the computer was held to a lower speed {when}; see its power supply and its air",
    "throttled": "the computer was slowed down {when}; see its power supply and its air",
    "hot": "the computer was too hot {when}; give it air, and no sun",
    "memory": "the computer was short of memory {when}; end other programs on it",
    "fan": "the fan stood still {when}; see its plug and its blades",
    "date": "the date was wrong {when}; what was kept then says that its time is unknown: see the network",
}


def of_computer(troubles: Sequence[Trouble]) -> list[Finding]:
    """Return a finding for each trouble that is known here."""
    ordered = sorted(troubles, key=lambda trouble: trouble.until is not None)
    return [_finding(trouble) for trouble in ordered if trouble.kind in WORDS]


def _finding(trouble: Trouble) -> Finding:
    when = f"since {_minute(trouble.since)}"
    if trouble.until is not None:
        when = f"from {_minute(trouble.since)} to {_minute(trouble.until)}"
    when += "" if trouble.clock == "synced" else " by a clock that was not set"
    when += f" ({trouble.detail})" if trouble.detail else ""
    text = WORDS[trouble.kind].format(when=when)
    return Finding(kind=f"computer-{trouble.kind}", cell=None, text=text, fatal=False)


def _minute(t: str) -> str:
    return t[:16].replace("T", " ")
