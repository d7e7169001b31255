"""Strokes and words of the drawings in docs/images: SVG that stays readable printed in black and white."""

from dataclasses import dataclass, field
from html import escape
from typing import Final

INK, SOFT, PAPER = "#1c2430", "#5d6876", "#ffffff"
CALM, WARM, RED, PALE = "#14606b", "#b5541c", "#b3202c", "#eef2f3"
FONT: Final = "'Atkinson Hyperlegible', Verdana, 'DejaVu Sans', Arial, sans-serif"

Point = tuple[float, float]
Style = dict[str, str | float]


def _attributes(style: Style) -> str:
    return "".join(f' {key.replace("_", "-")}="{escape(str(value))}"' for key, value in style.items())


@dataclass(slots=True)
class Drawing:
    """A sheet of `width` × `height` units, A4 landscape; later strokes lie over earlier ones."""

    title: str
    about: str
    width: int = 1600
    height: int = 1131
    parts: list[str] = field(default_factory=list)

    def add(self, tag: str, **style: str | float) -> None:
        """Draw one shape."""
        self.parts.append(f"<{tag}{_attributes(style)}/>")

    def box(self, corner: Point, size: Point, **style: str | float) -> None:
        """Draw a rectangle from its upper left corner."""
        given: Style = {"fill": PAPER, "stroke": INK, "stroke_width": 1.5, "rx": 6}
        place: Style = {"x": corner[0], "y": corner[1], "width": size[0], "height": size[1]}
        self.add("rect", **{**place, **given, **style})

    def dot(self, at: Point, r: float, **style: str | float) -> None:
        """Draw a disc."""
        given: Style = {"fill": INK}
        self.add("circle", **{"cx": at[0], "cy": at[1], "r": r, **given, **style})

    def line(self, *points: Point, **style: str | float) -> None:
        """Draw straight strokes from point to point."""
        given: Style = {"fill": "none", "stroke": INK, "stroke_width": 2, "stroke_linejoin": "round"}
        way = " ".join(f"{x:g},{y:g}" for x, y in points)
        self.add("polyline", **{"points": way, **given, **style})

    def words(self, at: Point, text: str, size: float = 15, **style: str | float) -> None:
        """Write one line; `text_anchor` says which end of it is at the point."""
        given: Style = {"fill": INK, "font_size": size}
        attributes = _attributes({"x": at[0], "y": at[1], **given, **style})
        self.parts.append(f"<text{attributes}>{escape(text, quote=False)}</text>")

    def lines(self, at: Point, texts: tuple[str, ...], size: float = 15, **style: str | float) -> None:
        """Write lines one under the other."""
        for number, text in enumerate(texts):
            self.words((at[0], at[1] + number * size * 1.36), text, size, **style)

    def arrow(self, begin: Point, end: Point, **style: str | float) -> None:
        """Draw a measure or a pointer with a head at its end."""
        self.line(begin, end, **{"stroke_width": 1.5, "marker_end": "url(#head)", **style})

    def measure(self, begin: Point, end: Point, text: str, at: Point, size: float = 17) -> None:
        """Draw a dimension with heads at both ends, and its words on a white ground."""
        self.line(begin, end, stroke_width=1.5, marker_end="url(#head)", marker_start="url(#head)")
        wide = len(text) * size * 0.72
        self.box((at[0] - wide / 2, at[1] - size), (wide, size * 1.4), stroke="none")
        self.words(at, text, size, text_anchor="middle", font_weight="bold")

    def svg(self) -> str:
        """Return the whole file."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'font-family="{FONT}" role="img" aria-labelledby="title about">\n'
            f'<title id="title">{escape(self.title)}</title>\n<desc id="about">{escape(self.about)}</desc>\n'
            '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
            f'orient="auto-start-reverse"><path d="M0,0.5 L10,5 L0,9.5 z" fill="{INK}"/></marker></defs>\n'
        )
        sheet = f'<rect width="{self.width}" height="{self.height}" fill="{PAPER}"/>'
        return head + "\n".join([sheet, *self.parts]) + "\n</svg>\n"
