"""How long something has been so without a break."""

from typing import Final

S: Final = 1_000_000_000


class Lasting:
    """Remembers, by name, since when each thing has been so."""

    def __init__(self) -> None:
        self._since_ns: dict[str, int] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._since_ns.clear()

    def so(self, name: str, *, now: bool, t_ns: int, at_least_s: float) -> bool:
        """Take whether it is so now; return whether it has been for this long."""
        if not now:
            self._since_ns.pop(name, None)
            return False
        return t_ns - self._since_ns.setdefault(name, t_ns) >= at_least_s * S
