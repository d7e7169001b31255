"""A page to print with the codes of a bundle, for a station that no file can be carried to (SVG, A4)."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final

import segno
from django.utils.translation import gettext

from station.link.enrolment import Bundle
from station.link.scan import lines_of

WIDTH_MM: Final = 210
HEIGHT_MM: Final = 297
MARGIN_MM: Final = 16
CODE_MM: Final = 84
GAP_MM: Final = 10
QUIET_SQUARES: Final = 4  # ISO/IEC 18004, section 9.1
COLUMNS: Final = 2
WIDEST: Final = 0.62  # mean width of a bold letter, of its size
TOP_MM: Final = 88
_STYLE: Final = "font-family: 'Atkinson Hyperlegible', 'DejaVu Sans', sans-serif"


def page_of(bundle: Bundle, ends: datetime, authority: str) -> str:
    """Return the page, in the language of this thread. Raises ConfigError: too large a bundle.

    `authority` is the fingerprint to compare.
    """
    lines = lines_of(bundle)
    shapes = [*_words(bundle, ends, authority, len(lines)), *_codes(lines)]
    rows = -(-len(lines) // COLUMNS)
    height_mm = max(HEIGHT_MM, TOP_MM + rows * (CODE_MM + GAP_MM) + MARGIN_MM)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_MM}mm" height="{height_mm}mm" '
        f'viewBox="0 0 {WIDTH_MM} {height_mm}"><rect width="100%" height="100%" fill="#fff"/>'
    )
    return "\n".join([head, *shapes, "</svg>\n"])


def _words(bundle: Bundle, ends: datetime, authority: str, count: int) -> Iterator[str]:
    title = gettext("Enrolment of station %(station)s") % {"station": bundle.station}
    yield _text(26, 8, title, bold=True)
    scan = gettext("%(count)d codes for a hand scanner. On the station run: %(command)s")
    compare = gettext("Authority %(fingerprint)s: compare it with what the station says.")
    until = gettext("Certificate until %(day)s. Broker %(broker)s.")
    said = [
        scan % {"count": count, "command": "balance-station enrol -"},
        gettext("Scan every code, in any order. The station says when it has all of them."),
        compare % {"fingerprint": authority},
        until % {"day": f"{ends:%Y-%m-%d}", "broker": f"{bundle.host}:{bundle.port}"},
    ]
    for number, line in enumerate(said):
        yield _text(36 + 6 * number, 3.8, line)
    warning = (
        (
            gettext("This page holds the station's key: whoever scans it is this station."),
            gettext("Destroy it once it is used."),
        )
        if bundle.key is not None
        else (gettext("This page holds no secret."), gettext("It is of no use once it was scanned."))
    )
    yield (
        f'<rect x="{MARGIN_MM}" y="61" width="{WIDTH_MM - 2 * MARGIN_MM}" height="19" fill="none" '
        'stroke="#000" stroke-width="0.8"/>'
    )
    yield _text(69, 4, warning[0], bold=True, indent_mm=4)
    yield _text(76, 4, warning[1], bold=True, indent_mm=4)


def _text(y_mm: float, size_mm: float, words: str, *, bold: bool = False, indent_mm: float = 0) -> str:
    room_mm = WIDTH_MM - 2 * (MARGIN_MM + indent_mm)
    size_mm = min(size_mm, room_mm / (WIDEST * len(words)))
    weight = ' font-weight="bold"' if bold else ""
    x_mm = MARGIN_MM + indent_mm
    place = f'x="{x_mm:g}" y="{y_mm:g}" font-size="{size_mm:.3g}"{weight} style="{_STYLE}"'
    return f"<text {place}>{escape(words)}</text>"


def _codes(lines: list[str]) -> Iterator[str]:
    number = gettext("code %(number)d of %(count)d")
    for index, line in enumerate(lines):
        x_mm = MARGIN_MM + (index % COLUMNS) * (CODE_MM + GAP_MM)
        y_mm = TOP_MM + (index // COLUMNS) * (CODE_MM + GAP_MM)
        caption_mm = y_mm + CODE_MM + 4
        yield _code(line, x_mm, y_mm)
        yield (
            f'<text x="{x_mm + CODE_MM / 2:g}" y="{caption_mm:g}" font-size="4.2" text-anchor="middle" '
            f'style="{_STYLE}">{escape(number % {"number": index + 1, "count": len(lines)})}</text>'
        )


def _code(text: str, x_mm: float, y_mm: float) -> str:
    squares = segno.make_qr(text, error="m", mode="alphanumeric").matrix
    scale = CODE_MM / (len(squares) + 2 * QUIET_SQUARES)
    path = "".join(
        f"M{column} {row}h1v1h-1z"
        for row, dark in enumerate(squares)
        for column, is_dark in enumerate(dark)
        if is_dark
    )
    at = f"{x_mm + QUIET_SQUARES * scale:.3f} {y_mm + QUIET_SQUARES * scale:.3f}"
    place = f'transform="translate({at}) scale({scale:.5f})" shape-rendering="crispEdges"'
    return f'<path {place} d="{path}"/>'
