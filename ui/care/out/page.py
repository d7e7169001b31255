"""The report as one page of PDF, A4 or Letter. Vectors and real text only, no pictures."""

from datetime import UTC, date, datetime
from typing import Any, Final, Literal

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from ui.care.out.plots import draw_plot
from ui.care.out.summary import Practised, Summary
from ui.care.out.typeface import font_file, printable

Paper = Literal["A4", "Letter"]

MARGIN_MM: Final = 15.0
FOOT_MM: Final = 21.0  # above the paper's edge
INK: Final = (29, 39, 51)
MUTED: Final = (88, 100, 112)
ACCENT: Final = (23, 92, 140)
RULE: Final = (205, 213, 220)
PALE: Final = (240, 245, 249)
ALARM: Final = (166, 28, 28)
POINT_MM: Final = 25.4 / 72


class Page:
    """A page that text is set on at places in mm; what does not fit is cut with an ellipsis."""

    def __init__(self, paper: Paper, *, title: str, made: datetime) -> None:
        self.pdf = FPDF(format=paper)
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_title(title)
        self.pdf.set_lang(get_language() or "en")
        self.pdf.set_creation_date(made.astimezone(UTC))
        for style in ("", "B"):
            self.pdf.add_font("text", style, font_file(style))
        self.pdf.add_page()
        self.left = MARGIN_MM
        self.right = self.pdf.w - MARGIN_MM
        self.width = self.right - self.left

    def colour(self, rgb: tuple[int, int, int]) -> None:
        """Set the colour of text, lines and areas."""
        self.pdf.set_text_color(*rgb)
        self.pdf.set_draw_color(*rgb)
        self.pdf.set_fill_color(*rgb)

    def type(self, size: float, *, bold: bool = False, rgb: tuple[int, int, int] = INK) -> None:
        """Set size in points, weight and colour of the text that follows."""
        self.pdf.set_font("text", "B" if bold else "", size)
        self.pdf.set_text_color(*rgb)

    def fitted(self, text: str, width_mm: float) -> str:
        """Return the text, cut with an ellipsis where it is wider."""
        if self.pdf.get_string_width(text) <= width_mm:
            return text
        while text and self.pdf.get_string_width(text + "…") > width_mm:
            text = text[:-1]
        return text.rstrip() + "…"

    def shrink(self, text: str, width_mm: float, *, least: float = 7.5) -> None:
        """Set the type smaller, down to `least` points, until the text fits."""
        while self.pdf.font_size_pt > least and self.pdf.get_string_width(text) > width_mm:
            self.pdf.set_font_size(self.pdf.font_size_pt - 0.5)

    def put(
        self, x_mm: float, y_mm: float, text: str, *, width_mm: float, align: Literal["L", "R", "C"] = "L"
    ) -> None:
        """Set one line with its top at `y_mm`."""
        height = self.pdf.font_size_pt * POINT_MM * 1.2
        self.pdf.set_xy(x_mm, y_mm)
        self.pdf.cell(
            width_mm,
            height,
            self.fitted(text, width_mm),
            align=align,
            new_x=XPos.RIGHT,
            new_y=YPos.TOP,
        )

    def lines(self, text: str, width_mm: float, most: int) -> list[str]:
        """Return the text broken to this width, the last line cut where there are more."""
        self.pdf.set_x(self.left)
        broken: Any = self.pdf.multi_cell(width_mm, text=text, dry_run=True, output="LINES", padding=0)
        kept = [str(line) for line in broken[:most]]
        if len(broken) > most:
            kept[-1] = self.fitted(kept[-1] + "…" if kept[-1][-1:] != "…" else kept[-1], width_mm)
        return kept

    def put_lines(self, x_mm: float, y_mm: float, text: str, *, width_mm: float, most: int) -> float:
        """Set up to `most` lines; return where the next may begin."""
        height = self.pdf.font_size_pt * POINT_MM * 1.25
        # A cell keeps a margin on both sides.
        for line in self.lines(text, width_mm + 2 * self.pdf.c_margin, most):
            self.put(x_mm, y_mm, line, width_mm=width_mm)
            y_mm += height
        return y_mm

    def heading(self, y_mm: float, text: str) -> float:
        """Set a heading over a thin line; return where its part begins."""
        self.type(12.5, bold=True, rgb=ACCENT)
        self.put(self.left, y_mm, text, width_mm=self.width)
        self.pdf.set_draw_color(*RULE)
        self.pdf.set_line_width(0.3)
        self.pdf.line(self.left, y_mm + 6.2, self.right, y_mm + 6.2)
        return y_mm + 8.0


def render(summary: Summary, *, paper: Paper, made: datetime) -> bytes:
    """Return the page as PDF."""
    page = Page(paper, title=f"{gettext('Training report')} {summary.pseudonym}", made=made)
    page.pdf.c_margin = 0
    y_mm = _head(page, summary)
    y_mm = _figures(page, summary, y_mm)
    y_mm = _practised(page, summary, y_mm)
    if summary.practised:
        y_mm = _plots(page, summary, y_mm)
    _changes(page, summary, y_mm)
    _foot(page, summary)
    return bytes(page.pdf.output())


def _head(page: Page, summary: Summary) -> float:
    page.type(20, bold=True, rgb=ACCENT)
    page.put(page.left, 11, gettext("Training report"), width_mm=page.width * 0.6)
    page.type(11, rgb=MUTED)
    span = gettext("%(first)s to %(last)s") % {
        "first": day_words(summary.first),
        "last": day_words(summary.last),
    }
    page.put(page.left + page.width * 0.5, 14, span, width_mm=page.width * 0.5, align="R")
    # A name in letters the typeface lacks is not printed half: the pseudonym stands for it.
    shown = summary.name if printable(summary.name) else summary.pseudonym
    name_mm = page.width * 0.82
    page.type(14, bold=True)
    if page.pdf.get_string_width(shown) > name_mm:
        page.type(10.5, bold=True)
    page.put(page.left, 20.5, shown, width_mm=name_mm)
    page.type(9, rgb=MUTED)
    page.put(page.left + name_mm, 22, summary.pseudonym, width_mm=page.width - name_mm, align="R")
    return _sim_banner(page, 28.0) if summary.sim else 29.0


def _sim_banner(page: Page, y_mm: float) -> float:
    page.pdf.set_fill_color(*ALARM)
    page.pdf.rect(page.left, y_mm, page.width, 8, style="F")
    page.type(12, bold=True, rgb=(255, 255, 255))
    word = gettext("SIMULATED")
    page.put(page.left + 3, y_mm + 1.6, word, width_mm=45)
    page.type(10, rgb=(255, 255, 255))
    words = gettext("Numbers here come from a simulated board, not from a person.")
    page.put(page.left + 45, y_mm + 1.9, words, width_mm=page.width - 48, align="R")
    return y_mm + 10.5


def _figures(page: Page, summary: Summary, y_mm: float) -> float:
    gap = 4.0
    width = (page.width - gap * (len(summary.figures) - 1)) / len(summary.figures)
    for number, figure in enumerate(summary.figures):
        x_mm = page.left + number * (width + gap)
        page.pdf.set_fill_color(*PALE)
        page.pdf.rect(x_mm, y_mm, width, 20, style="F", round_corners=True, corner_radius=1.5)
        page.type(9.5, rgb=MUTED)
        page.shrink(figure.title, width - 5)
        page.put(x_mm + 3, y_mm + 1.8, figure.title, width_mm=width - 5)
        page.type(16, bold=True)
        page.put(x_mm + 3, y_mm + 6.3, figure.value, width_mm=width - 6)
        page.type(9, rgb=MUTED)
        page.shrink(figure.below, width - 5)
        page.put(x_mm + 3, y_mm + 14, figure.below, width_mm=width - 5)
    return y_mm + 24.0


def _practised(page: Page, summary: Summary, y_mm: float) -> float:
    y_mm = page.heading(y_mm, gettext("What was practised"))
    if not summary.practised:
        page.type(10.5, rgb=MUTED)
        page.put(page.left, y_mm, gettext("Nothing was trained in this time."), width_mm=page.width)
        return y_mm + 9.0
    columns = ((0.0, 0.37), (0.38, 0.37), (0.76, 0.13), (0.9, 0.1))
    titles = (gettext("Exercise"), gettext("How, most recently"), gettext("Reached"), gettext("Best"))
    page.type(9, rgb=MUTED)
    _row(page, y_mm, titles, columns)
    y_mm += 4.8
    for line in summary.practised:
        page.type(10.5)
        _row(page, y_mm, _cells(line), columns)
        y_mm += 5.3
    if summary.more_exercises:
        page.type(9, rgb=MUTED)
        more = gettext("and %(count)d more exercises") % {"count": summary.more_exercises}
        page.put(page.left, y_mm, more, width_mm=page.width)
        y_mm += 4.8
    return y_mm + 2.5


def _cells(line: Practised) -> tuple[str, str, str, str]:
    return line.exercise, line.conditions, line.reached, line.best


def _row(
    page: Page, y_mm: float, cells: tuple[str, str, str, str], columns: tuple[tuple[float, float], ...]
) -> None:
    size = page.pdf.font_size_pt
    for number, (cell, (start, share)) in enumerate(zip(cells, columns, strict=True)):
        page.pdf.set_font_size(size)
        page.shrink(cell, share * page.width)
        page.put(
            page.left + start * page.width,
            y_mm,
            cell,
            width_mm=share * page.width,
            align="R" if number >= 2 else "L",
        )


def _plots(page: Page, summary: Summary, y_mm: float) -> float:
    title = gettext("How it went")
    y_mm = page.heading(y_mm, f"{title}: {summary.subtitle}" if summary.subtitle else title)
    gap = 8.0
    width = (page.width - gap) / 2
    # Room is given by what stands below; short lists leave taller drawings.
    rest = page.pdf.h - FOOT_MM - y_mm - _changes_height(summary)
    height = max(36.0, min(66.0, rest / 2))
    for number, plot in enumerate(summary.plots):
        x_mm = page.left + (number % 2) * (width + gap)
        draw_plot(page, plot, summary, (x_mm, y_mm + (number // 2) * height, width, height - 3.0))
    return y_mm + 2 * height


def _changes_height(summary: Summary) -> float:
    return 17.0 + 6.5 * len(summary.changes) + (5.0 if summary.told else 0.0)


def _changes(page: Page, summary: Summary, y_mm: float) -> None:
    y_mm = page.heading(y_mm, gettext("Changes of the programme"))
    limit = page.pdf.h - FOOT_MM - 6.0
    page.type(9.5)
    if not summary.changes:
        words = (
            gettext("The programme stayed as it was.")
            if summary.programme
            else gettext("No programme was in force.")
        )
        page.put(page.left, y_mm, words, width_mm=page.width)
        y_mm += 5.0
    for change in summary.changes:
        if y_mm + 4.2 > limit:
            break
        page.type(9.5, bold=True)
        page.put(page.left, y_mm, f"{change.number}", width_mm=6)
        page.put(page.left + 6, y_mm, day_words(change.day), width_mm=24)
        page.type(9.5)
        most = 2 if y_mm + 9.0 < limit else 1
        y_mm = page.put_lines(page.left + 32, y_mm, change.words, width_mm=page.width - 32, most=most) + 0.5
    if summary.told and y_mm + 4.5 < limit + 4:
        page.type(9.5, bold=True)
        label = gettext("The care team was told:")
        page.put(page.left, y_mm + 0.6, label, width_mm=page.width)
        x_mm = page.pdf.get_string_width(label) + 2
        page.type(9.5)
        page.put(page.left + x_mm, y_mm + 0.6, summary.told, width_mm=page.width - x_mm)


def day_words(day: date) -> str:
    """Return a day as the active language writes it: "4 May 2026"."""
    return date_format(day, "DATE_FORMAT")


def _foot(page: Page, summary: Summary) -> None:
    y_mm = page.pdf.h - FOOT_MM
    page.pdf.set_draw_color(*RULE)
    page.pdf.set_line_width(0.3)
    page.pdf.line(page.left, y_mm, page.right, y_mm)
    page.type(7.5, rgb=MUTED)
    dot = gettext("A dot is a week.") if summary.weekly else gettext("A dot is a day.")
    like = gettext("A line joins like trials only: same exercise, support, eyes, surface and time.")
    calm = gettext("Training software under a clinician's guidance, not a diagnostic device.")
    page.put(page.left, y_mm + 1.2, f"{dot} {like}", width_mm=page.width)
    page.put(page.left, y_mm + 4.8, calm, width_mm=page.width)
    ids = "   ".join(f"{label}: {value}" for label, value in summary.ids)
    page.put(page.left, y_mm + 8.4, ids, width_mm=page.width)
