"""What a page of the service area is drawn from."""

from dataclasses import dataclass
from typing import Final, Protocol

BACK: Final = "back"


class Sheet(Protocol):
    """What stands on one page: a frozen dataclass of its own for each page.

    `choices` are the names of all its buttons in the order in which the mark visits them; `main` is the one
    that the start button chooses while nothing is marked.
    """

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the names of the buttons."""
        ...

    @property
    def main(self) -> str | None:
        """Return the button that leads on, if there is one."""
        ...


@dataclass(frozen=True, slots=True)
class ServiceView:
    """An open service area: the page, which of its buttons is marked, and which was just pressed."""

    sheet: Sheet
    mark: str | None = None
    pressed: str | None = None


@dataclass(frozen=True, slots=True)
class MenuSheet:
    """The menu: a name and a title for each entry."""

    entries: tuple[tuple[str, str], ...]
    main: None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the entries, and the way out."""
        return (*(name for name, _title in self.entries), BACK)
