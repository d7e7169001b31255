"""Long lists in pages, and what they are narrowed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from ui.care.today.worklist import Item
from ui.care.words.reasons import NOW

ROWS_A_PAGE: Final = 100
LINES_A_PART: Final = 40  # of the worklist
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


class Part(NamedTuple):
    """Part `number` of `of` of the worklist: its lines from `first` to `last`, counted from 1."""

    lines: Sequence[Item]
    number: int
    of: int
    first: int
    last: int


def part_of(shown: Sequence[Item], number: int) -> Part:
    """Return a part of these lines, most urgent first. The first has every line of today, however many."""
    today = sum(item.reason.group == NOW for item in shown)
    head = max(LINES_A_PART, today)
    count = 1 + max(0, -(-(len(shown) - head) // LINES_A_PART))
    number = min(max(1, number), count)
    begin = 0 if number == 1 else head + (number - 2) * LINES_A_PART
    lines = shown[begin : begin + (head if number == 1 else LINES_A_PART)]
    return Part(lines, number, count, begin + 1, begin + len(lines))
