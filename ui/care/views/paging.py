"""Long lists in pages, and what they are narrowed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import QueryDict

ROWS_A_PAGE: Final = 100
NAME_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A part of a name, and the number of a page."""

    name: str
    page: str

    @classmethod
    def read(cls, query: QueryDict) -> "Asked":
        """Return what an address asks for."""
        return cls(query.get("name", "").strip()[:NAME_CHARACTERS], query.get("page", "1"))

    def names(self, *names: str) -> bool:
        """Whether one of these names has that part."""
        return any(self.name.casefold() in name.casefold() for name in names)

    def page_of(self, rows: Sequence[Any], rows_a_page: int = ROWS_A_PAGE) -> Page[Any]:
        """Return the page that is asked for; the first or last where there is no such."""
        return Paginator(rows, rows_a_page).get_page(self.page)
