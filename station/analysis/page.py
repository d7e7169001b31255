"""One self-contained page (HTML) of one or many recordings: pictures inline, nothing fetched."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path
from typing import Final

from station.analysis.analyse import Analysis, Failure
from station.analysis.figure import draw, drawing, svg
from station.analysis.machine import file_name
from station.analysis.whole_file import whole_file
from station.analysis.words import GROUPS, heading, number, quality_words, rows, withheld_words
from station.sway.catalogue import CATALOGUE

OVERVIEW: Final = ("velocity_mm_s", "pea95_mm2", "rms_ml_mm", "rms_ap_mm", "mean_frequency_hz")


AXES: Final = (
    "x is ML (right +), y is AP (forward +), both with their mean removed; N rows at fs, T = (N−1)/fs."
)


@dataclass(frozen=True, slots=True)
class Section:
    """One recording on the page: its anchor, its row of the overview, its own part."""

    row: str
    body: str


def section(result: Analysis | Failure, place: int) -> Section:
    """Return what the page says of one file, the `place`th (from 1)."""
    name, anchor = escape(file_name(result.file)), f"r{place}"
    short = escape(result.file.name)
    if isinstance(result, Failure):
        row = f'<tr><td>{short}</td><td colspan="{len(OVERVIEW) + 1}" class="bad">not analysed</td></tr>'
        return Section(row, f'<section><h2>{short}</h2><p class="bad">{escape(result.error)}</p></section>')
    measures = result.report.measures
    cells = "".join(
        f"<td>{number(measures[key])}</td>" if key in measures else '<td class="none">–</td>'
        for key in OVERVIEW
    )
    flagged = any("FLAGGED" in words for words in quality_words(result.report))
    quality = '<td class="bad">flagged</td>' if flagged else "<td>good</td>"
    row = f'<tr><td><a href="#{anchor}">{short}</a></td>{cells}{quality}</tr>'
    about = heading(result.duration_s, result.rate_hz, result.filter, result.alg)
    body = (
        f'<section id="{anchor}"><h2>{short}</h2><p class="about">{name}<br>{escape(about)}</p>'
        f"<figure>{_inline(result, anchor)}</figure>"
        f'<div class="beside"><div>{_measures(result)}</div><div>{_lists(result)}</div></div></section>'
    )
    return Section(row, body)


def _inline(analysis: Analysis, anchor: str) -> str:
    """Return the picture as an element whose ids are its own among many on one page."""
    with drawing():
        element = svg(draw(analysis, alone=False))
    element = re.sub(r'\bid="', f'id="{anchor}-', element)
    element = re.sub(r'(url\(#|href="#)', rf"\g<1>{anchor}-", element)
    label = f"Stabilogram, CoP over time and spectrum of {analysis.file.name}"
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)


def _measures(analysis: Analysis) -> str:
    lines: list[str] = []
    group = ""
    for row in rows(analysis.report):
        if row.group != group:
            group = row.group
            lines.append(f'<tr><th colspan="5" class="group">{escape(group)}</th></tr>')
        numbers = "".join(f"<td>{value}</td>" for value in (row.ml, row.ap, row.both))
        lines.append(f"<tr><td>{escape(row.label)}</td>{numbers}<td>{escape(row.unit)}</td></tr>")
    head = "<tr><th>Measure</th><th>ML</th><th>AP</th><th>both</th><th>unit</th></tr>"
    return f'<table class="measures">{head}{"".join(lines)}</table>'


def _lists(analysis: Analysis) -> str:
    parts = []
    for title, lines in (
        ("Quality", quality_words(analysis.report)),
        ("Not told", withheld_words(analysis.report)),
    ):
        if lines:
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            parts.append(f"<h3>{title}</h3><ul>{items}</ul>")
    return "".join(parts)


def _formulas() -> str:
    lines = []
    for name, measure in CATALOGUE.items():
        cells = (name, measure.label, GROUPS[measure.group], measure.formula, measure.unit)
        told = f"{measure.shortest_s:g} s"
        lines.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in (*cells, told)) + "</tr>")
    head = "".join(f"<th>{title}</th>" for title in ("Name", "Measure", "", "Formula", "Unit", "Told from"))
    return f'<table class="formulas"><tr>{head}</tr>{"".join(lines)}</table>'


def _overview(sections: Sequence[Section]) -> str:
    titles = "".join(
        f"<th>{escape(CATALOGUE[name].label)}<br><small>{escape(CATALOGUE[name].unit)}</small></th>"
        for name in OVERVIEW
    )
    lines = "".join(part.row for part in sections)
    return f'<table class="overview"><tr><th>File</th>{titles}<th>Quality</th></tr>{lines}</table>'


def write_page(sections: Sequence[Section], out: Path) -> None:
    """Write the page. Raises StationError when it cannot be written."""
    style = (resources.files("station.analysis") / "page.css").read_text(encoding="utf-8")
    title = "Sway report" if len(sections) == 1 else f"Sway report of {len(sections)} recordings"
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{style}</style></head><body><main><h1>{title}</h1>",
        _overview(sections) if len(sections) > 1 else "",
        *(part.body for part in sections),
        f"<section><h2>How the numbers are made</h2><p>{AXES}</p>{_formulas()}</section>",
        '<p class="about">Training software under a clinician\'s guidance, not a diagnostic device.</p>',
        "</main></body></html>\n",
    ]
    with whole_file(out) as part:
        part.write_text("\n".join(parts), encoding="utf-8")
