"""Draw docs/images/plate.svg: the plate from above with its cells, and a corner of it cut open.

Run `.venv/bin/python docs/figures/plate.py`. Distances between the cells are those of the code's defaults.
"""

from pathlib import Path
from typing import Final

from drawing import CALM, INK, PALE, PAPER, RED, SOFT, WARM, Drawing, Point

from station.board.config import BoardConfig
from station.sway.reading import CELLS

FILE: Final = Path(__file__).parents[1] / "images/plate.svg"
RIM_MM: Final = 25.0  # of the plate beyond the cells: more, and whoever steps on the rim tips the board
SCALE: Final = 1.28  # units a mm
CENTRE: Final = (420.0, 478.0)
SIDES: Final = {"FL": (-1, 1), "FR": (1, 1), "RL": (-1, -1), "RR": (1, -1)}
FLOOR_Y: Final = 560


def at(x_mm: float, y_mm: float) -> Point:
    """Return where a place of the plate is on the sheet; +x to the right, +y to the front, which is up."""
    return CENTRE[0] + x_mm * SCALE, CENTRE[1] - y_mm * SCALE


def draw_surroundings(sheet: Drawing, half_x: float, half_y: float) -> None:
    """Draw the support for the hands, the way to the screen, and the plate itself."""
    for side in (-1, 1):
        x, y = at(side * (half_x + 70), half_y)
        sheet.box((x - 13, y), (26, 2 * half_y * SCALE), fill="#c9d1d8", stroke=INK, rx=13)
        sheet.words((x + 6, CENTRE[1]), "hand support, fixed to wall or floor", 16, text_anchor="middle",
                    transform=f"rotate({-90 * 1} {x + 6} {CENTRE[1]})")  # fmt: skip
    corner = at(-half_x, half_y)
    sheet.box(corner, (2 * half_x * SCALE, 2 * half_y * SCALE), rx=22, fill=PALE, stroke_width=4)
    inner = at(-half_x + 8, half_y - 8)
    size = (2 * (half_x - 8) * SCALE, 2 * (half_y - 8) * SCALE)
    sheet.box(inner, size, rx=15, fill="none", stroke=SOFT, stroke_width=1.5, stroke_dasharray="2 5")
    top = at(0, half_y)
    sheet.arrow((top[0], top[1] - 6), (top[0], top[1] - 46), stroke_width=4)
    sheet.words((top[0] + 16, top[1] - 22), "front: the screen is here", 17, font_weight="bold")


def draw_axes(sheet: Drawing) -> None:
    """Draw the origin and the two axes of the centre of pressure."""
    centre = at(0, 0)
    sheet.arrow(centre, at(56, 0), stroke=CALM, stroke_width=2.5)
    sheet.arrow(centre, at(0, 56), stroke=CALM, stroke_width=2.5)
    sheet.dot(centre, 6, fill=CALM)
    sheet.words((centre[0] + 82, centre[1] + 6), "+x", 17, fill=CALM, font_weight="bold")
    sheet.words((centre[0] - 12, centre[1] - 84), "+y", 17, fill=CALM, font_weight="bold")


def draw_corner(sheet: Drawing, cell: str, x_mm: float, y_mm: float) -> None:
    """Draw a cell below the plate: its bar, the foot where it carries, its stop, its cable to the box."""
    right, front = SIDES[cell]
    fx, fy = at(right * x_mm, front * y_mm)
    inward = at(right * (x_mm - 96), front * y_mm)
    outer = fx + right * 17
    sheet.box(
        (min(outer, inward[0]), fy - 17),
        (abs(inward[0] - outer), 34),
        fill="none",
        stroke_width=2.5,
        stroke_dasharray="9 5",
    )
    sheet.dot((fx, fy), 13, fill=INK)
    sheet.dot((fx, fy), 5, fill=PAPER)
    stop = (fx - right * 34, fy)
    sheet.box((stop[0] - 8, stop[1] - 8), (16, 16), fill=RED, stroke=INK, rx=0)
    name = at(right * (x_mm - 40), front * (y_mm - 44))
    sheet.words((name[0], name[1] + 8), cell, 34, text_anchor="middle", font_weight="bold")
    box = at(right * 42, -60 if front < 0 else -40)
    turn = (inward[0] - right * 22, inward[1])
    way = (inward, turn, (turn[0], box[1]), box)
    sheet.line(*way, stroke=WARM, stroke_width=3, stroke_dasharray="3 4")


def draw_box(sheet: Drawing, half_y: float) -> None:
    """Draw the box of the modules and the cable that leaves at the back."""
    left, top = at(-42, -28)
    sheet.box((left, top), (84 * SCALE, 44 * SCALE), stroke_width=2.5, stroke_dasharray="9 5", fill=PAPER)
    sheet.lines((CENTRE[0], top + 23), ("4 × HX711", "in a box"), 15, text_anchor="middle")
    leave, end = at(0, -72), at(0, -half_y)
    down = (end[0], end[1] + 46)
    sheet.line(leave, down, stroke=WARM, stroke_width=5)
    sheet.words((down[0] + 16, down[1] + 2), "cable to the Pi, slack", 16)


def draw_measures(sheet: Drawing, board: BoardConfig, half_x: float, half_y: float) -> None:
    """Draw what is to be measured with a rule."""
    x, y = board.width_mm / 2, board.length_mm / 2
    low = at(0, -half_y)[1] + 92
    (left, _), (right, _) = at(-x, 0), at(x, 0)
    for edge in (left, right):
        sheet.line((edge, at(0, -y)[1] + 18), (edge, low + 8), stroke=SOFT, stroke_width=1.2)
    sheet.measure((left, low), (right, low), f"width_mm = {board.width_mm:g}", ((left + right) / 2, low + 6))
    side = at(half_x, 0)[0] + 38
    (_, top), (_, bottom) = at(0, y), at(0, -y)
    for edge in (top, bottom):
        sheet.line((at(x, 0)[0] + 18, edge), (side + 8, edge), stroke=SOFT, stroke_width=1.2)
    sheet.line(
        (side, top), (side, bottom), stroke_width=1.5, marker_end="url(#head)", marker_start="url(#head)"
    )
    sheet.box((side - 13, CENTRE[1] - 105), (26, 210), stroke="none")
    sheet.words((side + 6, CENTRE[1]), f"length_mm = {board.length_mm:g}", 17, text_anchor="middle",
                font_weight="bold", transform=f"rotate(-90 {side + 6} {CENTRE[1]})")  # fmt: skip
    text = f"plate {2 * half_x:g} × {2 * half_y:g} mm, rim {RIM_MM:g} mm beyond the feet, no more"
    sheet.words((CENTRE[0], low + 42), text, 17, text_anchor="middle")
    text = "measured from foot to foot: where the cells carry"
    sheet.words((CENTRE[0], low + 66), text, 15, text_anchor="middle", fill=SOFT)


def label(sheet: Drawing, point: Point, begin: Point, *texts: str) -> None:
    """Write beside the cut what a pointer shows; the pointer begins left of the words."""
    sheet.line((begin[0] - 8, begin[1] - 5), point, stroke=SOFT, stroke_width=1.5)
    sheet.dot(point, 4)
    sheet.words(begin, texts[0], 16, font_weight="bold")
    sheet.lines((begin[0], begin[1] + 20), texts[1:], 14.5)


def draw_cut(sheet: Drawing) -> None:
    """Draw a corner from the side, not to scale: what is screwed to what, and which gap stays free."""
    left, right, top = 850, 1210, 300
    sheet.words((left, 120), "A corner from the side (not to scale)", 20, font_weight="bold")
    sheet.line((left - 20, FLOOR_Y), (1290, FLOOR_Y), stroke_width=3)
    for x in range(left - 20, 1290, 22):
        sheet.line((x, FLOOR_Y + 14), (x + 14, FLOOR_Y), stroke=SOFT, stroke_width=1.2)
    sheet.words((1300, FLOOR_Y + 6), "floor: hard, level", 15)
    sheet.box((left, top - 12), (right - left, 12), fill="#8a95a0", rx=3)
    sheet.box((left, top), (right - left, 62), fill="#ead9bd", rx=9)
    for x in range(left + 14, right - 10, 30):
        sheet.line((x, top + 22), (x + 16, top + 22), stroke="#b79f76", stroke_width=1.2)
        sheet.line((x + 8, top + 42), (x + 24, top + 42), stroke="#b79f76", stroke_width=1.2)
    bar_y, bar_h = top + 62 + 34, 52
    sheet.box((left + 60, top + 62), (96, 34), fill="#aeb8c1", rx=2)
    sheet.box((left + 50, bar_y), (266, bar_h), fill="#d8dee3", stroke_width=2.5, rx=4)
    for dx in (168, 196):
        sheet.dot((left + dx, bar_y + bar_h / 2), 13, fill=PAPER, stroke=INK, stroke_width=2)
    for dx in (84, 132):
        sheet.line((left + dx, top + 18), (left + dx, bar_y + 40), stroke_width=5)
        sheet.line((left + dx - 9, top + 18), (left + dx + 9, top + 18), stroke_width=5)
    stop_x, foot_x = left + 236, left + 288
    sheet.line((stop_x, top + 8), (stop_x, bar_y - 8), stroke=RED, stroke_width=12)
    sheet.line((stop_x, top + 8), (stop_x, bar_y - 8), stroke=PAPER, stroke_width=1.5)
    sheet.line((foot_x, bar_y + 12), (foot_x, FLOOR_Y - 44), stroke_width=12)
    sheet.box((foot_x - 20, bar_y + bar_h + 5), (40, 13), fill="#aeb8c1", rx=2)
    sheet.add("path", d=f"M{foot_x - 44},{FLOOR_Y} L{foot_x - 32},{FLOOR_Y - 34} "
              f"Q{foot_x},{FLOOR_Y - 60} {foot_x + 32},{FLOOR_Y - 34} L{foot_x + 44},{FLOOR_Y} z",
              fill="#3a424d", stroke=INK)  # fmt: skip
    way = ((left + 50, bar_y + 30), (left + 24, bar_y + 30), (left + 24, bar_y + 86), (left - 20, bar_y + 86))
    sheet.line(*way, stroke=WARM, stroke_width=4)
    sheet.arrow((foot_x + 62, FLOOR_Y - 10), (foot_x + 62, bar_y + 20), stroke_width=4)
    draw_labels(sheet, left, top, bar_y, stop_x, foot_x)


def draw_labels(sheet: Drawing, left: float, top: float, bar_y: float, stop_x: float, foot_x: float) -> None:
    """Write what the parts of the cut are."""
    x = 1300
    label(sheet, (left + 300, top - 6), (x, 176), "anti-slip mat, glued all over", "no edge that can lift")
    label(sheet, (left + 356, top + 8), (x, 236), "edges rounded, 3 mm", "and a stripe that stands out")
    label(sheet, (left + 330, top + 36), (x, 296), "stiff plate", "18 mm birch plywood or stiffer")
    label(
        sheet,
        (stop_x + 4, top + 88),
        (x, 356),
        "stop screw: overload",
        "0.5 mm free; a strip of paper still",
        "moves under the heaviest user",
    )
    label(
        sheet,
        (foot_x + 12, bar_y + 26),
        (x, 436),
        "cell: its free end at the foot",
        "arrow on the cell points up here",
    )
    label(
        sheet,
        (foot_x + 20, bar_y + 64),
        (x, 496),
        "foot with a lock nut",
        "rubber below; one is turned",
    )
    sheet.words((left - 18, 176), "spacer of 3 mm: the cell may bend", 15, font_weight="bold")
    sheet.line((left + 108, 184), (left + 108, top + 80), stroke=SOFT, stroke_width=1.5)
    sheet.dot((left + 108, top + 80), 4)
    sheet.words((left - 22, bar_y + 112), "cable: fixed, with a loop", 14.5)


def draw_notes(sheet: Drawing) -> None:
    """Write what is to be tried before somebody stands on it."""
    sheet.box((828, 632), (742, 424), stroke_width=3)
    sheet.words((852, 668), "Before somebody stands on it", 20, font_weight="bold")
    notes = (
        (
            "It does not rock.",
            "Press two opposite corners in turn. If it clicks, loosen the lock nut of one foot,",
            "turn it until nothing clicks, tighten it.",
        ),
        (
            "Nothing but the feet touches the floor.",
            "Slide a sheet of paper under the plate from all four sides: it passes.",
        ),
        ("It does not slip.", "Push with a foot from the side, on the floor where it will stand."),
        ("It does not tip.", "Stand along each edge in turn, a hand at the support: the far feet stay down."),
        (
            "The hands find the support.",
            "Standing in the middle, elbows a little bent, without leaning. Nothing is",
            "fixed to the plate: a hand on the plate’s own rail is not seen as help.",
        ),
    )
    y = 706.0
    for number, (head, *more) in enumerate(notes):
        sheet.box((852, y - 18), (24, 24), rx=3, stroke_width=2.5)
        sheet.words((864, y), str(number + 1), 16, text_anchor="middle", font_weight="bold")
        sheet.words((890, y), head, 16, font_weight="bold")
        sheet.lines((890, y + 21), tuple(more), 15)
        y += 43 + 20.4 * len(more)


def draw_legend(sheet: Drawing) -> None:
    """Name the signs of the view from above."""
    sheet.dot((70, 1090), 13, fill=INK)
    sheet.dot((70, 1090), 5, fill=PAPER)
    sheet.words((92, 1095), "foot at the free end of a cell", 15)
    sheet.box((350, 1082), (16, 16), fill=RED, rx=0)
    sheet.words((376, 1095), "stop screw", 15)
    sheet.line((490, 1090), (540, 1090), stroke=INK, stroke_width=2.5, stroke_dasharray="9 5")
    sheet.words((550, 1095), "below the plate", 15)
    sheet.line((700, 1090), (750, 1090), stroke=WARM, stroke_width=3, stroke_dasharray="3 4")
    sheet.words((760, 1095), "cable of a cell: fixed, clear of feet and floor", 15)


def draw(board: BoardConfig) -> str:
    """Return the picture of a plate of this size."""
    about = "The plate from above with cells, feet, stops and cables; a corner from the side; what to try."
    sheet = Drawing("The plate of the balance station", about)
    half_x, half_y = board.width_mm / 2 + RIM_MM, board.length_mm / 2 + RIM_MM
    sheet.words((60, 46), "The plate", 30, font_weight="bold")
    sheet.words((60, 78), "from above; dashed lines are below it", 16, fill=SOFT)
    draw_surroundings(sheet, half_x, half_y)
    for cell in CELLS:
        draw_corner(sheet, cell, board.width_mm / 2, board.length_mm / 2)
    draw_box(sheet, half_y)
    draw_axes(sheet)
    draw_measures(sheet, board, half_x, half_y)
    draw_cut(sheet)
    draw_notes(sheet)
    draw_legend(sheet)
    return sheet.svg()


if __name__ == "__main__":
    FILE.write_text(draw(BoardConfig()), "utf-8")
