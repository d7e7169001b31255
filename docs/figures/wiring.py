"""Draw docs/images/wiring.svg: which wire of the board goes to which pin of the Pi, by the code's defaults.

Run `.venv/bin/python docs/figures/wiring.py`. Pins of the header: raspberrypi.com, "GPIO".
"""

from pathlib import Path
from typing import Final, NamedTuple

from drawing import CALM, INK, PALE, PAPER, RED, SOFT, WARM, Drawing, Point
from wiring_notes import draw_checks, draw_rate

from station.board.config import BoardConfig
from station.session.panel_config import PanelConfig
from station.sway.reading import CELLS

FILE: Final = Path(__file__).parents[1] / "images/wiring.svg"
# What each pin of the header is, 1 to 40: a BCM number, or its name.
HEADER: Final = (
    "3.3 V", "5 V", 2, "5 V", 3, "GND", 4, 14, "GND", 15, 17, 18, 27, "GND", 22, 23, "3.3 V", 24, 10, "GND",
    9, 25, 11, 8, "GND", 7, 0, 1, 5, "GND", 6, 12, 13, "GND", 19, 16, 26, 20, "GND", 21,
)  # fmt: skip
PIN_OF: Final = {what: number for number, what in enumerate(HEADER, 1) if isinstance(what, int)}
SUPPLY_PIN, GROUND_PIN, PANEL_GROUND_PIN, BUZZER_GROUND_PIN = 17, 34, 9, 14

LEFT_X, RIGHT_X, TOP_Y, PITCH = 786, 814, 118, 23
TAG, TAG_GAP = 172, 12
SUPPLY_Y, GROUND_Y, MODULE_Y = 690, 722, 778
PADS: Final = ("GND", "DT", "SCK", "VCC")
# From left to right: once around the plate, so that no two wires need to change sides.
MODULE_X: Final = {"FL": 230, "FR": 520, "RR": 1036, "RL": 1346}
NAMES: Final = {"FL": "front left", "FR": "front right", "RL": "rear left", "RR": "rear right"}
WIRES: Final = {
    "DOUT": {"stroke": CALM, "stroke_width": 3.5},
    "PD_SCK": {"stroke": WARM, "stroke_width": 3.5, "stroke_dasharray": "11 5"},
    "GND": {"stroke": INK, "stroke_width": 6},
    "3.3 V": {"stroke": RED, "stroke_width": 7},
    "panel": {"stroke": SOFT, "stroke_width": 2.5},
}


class Wire(NamedTuple):
    """From a pin of the header to what it serves there."""

    pin: int
    kind: str
    end: str
    way: tuple[Point, ...]


def pin_at(pin: int) -> Point:
    """Return where a pin of the header is."""
    return (LEFT_X if pin % 2 else RIGHT_X), TOP_Y + (pin - 1) // 2 * PITCH


def leaves_at(pin: int) -> Point:
    """Return where the wire of a pin begins: at the outer end of its label."""
    x, y = pin_at(pin)
    out = TAG_GAP + TAG
    return (x - out if pin % 2 else x + out), y


def pad_at(cell: str, pad: str) -> Point:
    """Return where a pad of a module is."""
    return MODULE_X[cell] - 78 + 52 * PADS.index(pad), MODULE_Y + 14


def signal_wires(board: BoardConfig) -> list[Wire]:
    """Return the eight wires of the chips; one that starts at the wrong side goes around below the header."""
    wires = []
    for cell, data, clock in zip(CELLS, board.data_pins, board.clock_pins, strict=True):
        for kind, pad, gpio in (("DOUT", "DT", data), ("PD_SCK", "SCK", clock)):
            pin, end = PIN_OF[gpio], pad_at(cell, pad)
            begin = leaves_at(pin)
            on_left = end[0] < 800
            if on_left == bool(pin % 2):
                way = (begin, (end[0], begin[1]), end)
            else:
                turn = begin[0] + (-18 if pin % 2 else 18)
                way = (begin, (turn, begin[1]), (turn, 640), (end[0], 640), end)
            wires.append(Wire(pin, kind, f"{cell} {pad}", way))
    return wires


def power_wires() -> list[Wire]:
    """Return supply and ground of the modules: two rails, and a way down to each module."""
    supply, ground = leaves_at(SUPPLY_PIN), leaves_at(GROUND_PIN)
    rail = max(MODULE_X.values()) + 78
    wires = [
        Wire(SUPPLY_PIN, "3.3 V", "rail", (supply, (60, supply[1]), (60, SUPPLY_Y), (rail, SUPPLY_Y))),
        Wire(
            GROUND_PIN,
            "GND",
            "rail",
            (ground, (1490, ground[1]), (1490, GROUND_Y), (MODULE_X["FL"] - 78, GROUND_Y)),
        ),
    ]
    for cell in MODULE_X:
        vcc, gnd = pad_at(cell, "VCC"), pad_at(cell, "GND")
        wires.append(Wire(0, "GND", f"{cell} GND", ((gnd[0], GROUND_Y), gnd)))
        wires.append(Wire(0, "3.3 V", f"{cell} VCC", ((vcc[0], SUPPLY_Y), vcc)))
    return wires


def panel_wires(panel: PanelConfig) -> list[Wire]:
    """Return the wires of buttons, LED and buzzer."""
    wires = []
    for gpio, name, turn_x, y in (
        (panel.start_pin, "start", 560, 130),
        (panel.stop_pin, "stop", 535, 190),
        (panel.led_pin, "led", 510, 250),
    ):
        begin = leaves_at(PIN_OF[gpio])
        wires.append(Wire(PIN_OF[gpio], "panel", name, (begin, (turn_x, begin[1]), (turn_x, y), (330, y))))
    begin = leaves_at(PANEL_GROUND_PIN)
    bus = (begin, (585, begin[1]), (585, 84), (92, 84), (92, 250))
    wires.append(Wire(PANEL_GROUND_PIN, "GND", "panel", bus))
    for pin, name in ((PIN_OF[panel.buzzer_pin], "buzzer"), (BUZZER_GROUND_PIN, "GND")):
        begin = leaves_at(pin)
        kind = "panel" if name == "buzzer" else "GND"
        wires.append(Wire(pin, kind, "buzzer", (begin, (1040, begin[1]))))
    return wires


def draw_wire(sheet: Drawing, wire: Wire) -> None:
    """Draw a wire on a white ground, which parts it from those below: a crossing joins nothing."""
    style = WIRES[wire.kind]
    # The ground stops short of both ends, where it would cut the rail that the wire begins at.
    sheet.line(*wire.way, stroke=PAPER, stroke_width=float(style["stroke_width"]) + 9, stroke_linecap="butt",
               stroke_dasharray="none")  # fmt: skip
    marks = {"data_pin": wire.pin, "data_kind": wire.kind, "data_end": wire.end}
    sheet.line(*wire.way, **{**style, **marks})
    if wire.kind == "3.3 V":
        sheet.line(*wire.way, stroke=PAPER, stroke_width=2.2)


def draw_header(sheet: Drawing, used: dict[int, tuple[str, str]]) -> None:
    """Draw the header, each pin with its number; a used one with a label of what goes there."""
    sheet.box((590, 52), (252, 560), fill=PALE, stroke=SOFT, rx=14)
    sheet.words((602, 74), "Raspberry Pi from above", 14, fill=SOFT)
    sheet.words((602, 92), "this end: microSD card", 14, fill=SOFT)
    sheet.words((602, 602), "this end: USB sockets", 14, fill=SOFT)
    sheet.box((LEFT_X - 15, TOP_Y - 16), (58, 20 * PITCH + 9), fill="#2b323c", stroke="none", rx=4)
    for number, what in enumerate(HEADER, 1):
        x, y = pin_at(number)
        taken = number in used
        sheet.dot((x, y), 10, fill=PAPER if taken else "#5d6876")
        ink = INK if taken else "#dfe4e8"
        sheet.words((x, y + 4), str(number), 11, fill=ink, text_anchor="middle", font_weight="bold")
        if taken:
            draw_tag(sheet, number, *used[number])
        elif what == "5 V":
            sheet.words((x + 24, y + 5), "5 V: leave free", 13, fill=RED, font_weight="bold")


def draw_tag(sheet: Drawing, pin: int, role: str, name: str) -> None:
    """Draw the label of a pin: what goes there and the pin's name."""
    x, y = pin_at(pin)
    left = x - TAG_GAP - TAG if pin % 2 else x + TAG_GAP
    sheet.box((left, y - 10.5), (TAG, 21), rx=4, stroke_width=1.2)
    inner, outer = (left + TAG - 8, left + 8) if pin % 2 else (left + 8, left + TAG - 8)
    near, far = ("end", "start") if pin % 2 else ("start", "end")
    sheet.words((inner, y + 5), name, 14, text_anchor=near)
    sheet.words((outer, y + 5), role, 14, text_anchor=far, font_weight="bold")


def used_pins(board: BoardConfig, panel: PanelConfig) -> dict[int, tuple[str, str]]:
    """Return what goes to each pin that is used: its part and its name."""
    named = {gpio: f"{cell} DOUT" for cell, gpio in zip(CELLS, board.data_pins, strict=True)}
    named |= {gpio: f"{cell} PD_SCK" for cell, gpio in zip(CELLS, board.clock_pins, strict=True)}
    named |= {panel.start_pin: "start", panel.stop_pin: "stop", panel.led_pin: "LED"}
    named[panel.buzzer_pin] = "buzzer"
    used = {PIN_OF[gpio]: (part, f"GPIO {gpio}") for gpio, part in named.items()}
    used[SUPPLY_PIN] = ("all VCC", "3.3 V")
    used |= {GROUND_PIN: ("all GND", "GND"), PANEL_GROUND_PIN: ("panel", "GND")}
    used[BUZZER_GROUND_PIN] = ("buzzer", "GND")
    return used


def draw_module(sheet: Drawing, cell: str) -> None:
    """Draw a module with its pads, its corner of the plate, and the load cell below it."""
    x = MODULE_X[cell]
    sheet.box((x - 115, MODULE_Y), (230, 148), fill=PALE)
    for pad in PADS:
        px, py = pad_at(cell, pad)
        sheet.dot((px, py), 6, fill=PAPER, stroke=INK, stroke_width=2)
        sheet.words((px, py + 24), pad, 14, text_anchor="middle", font_weight="bold")
    sheet.words((x - 100, MODULE_Y + 92), cell, 38, font_weight="bold")
    sheet.words((x - 36, MODULE_Y + 78), NAMES[cell], 15)
    sheet.words((x - 36, MODULE_Y + 97), "HX711, 80/s", 14, fill=SOFT)
    draw_corner(sheet, (x + 88, MODULE_Y + 73), cell)
    draw_cell(sheet, x)


def draw_corner(sheet: Drawing, at: Point, cell: str) -> None:
    """Draw a small plate on which one corner is full."""
    sheet.box((at[0] - 17, at[1] - 17), (34, 34), rx=3)
    for name, dx, dy in (("FL", -9, -9), ("FR", 9, -9), ("RL", -9, 9), ("RR", 9, 9)):
        full = name == cell
        sheet.dot((at[0] + dx, at[1] + dy), 6 if full else 3, fill=INK if full else "#b9c2ca")


def draw_cell(sheet: Drawing, x: float) -> None:
    """Draw the four wires of a load cell, named, and the cell."""
    for number, (pad, colour, stroke) in enumerate(
        (("E+", "red", RED), ("E−", "black", INK), ("A−", "white", "#c3cad1"), ("A+", "green", "#2e7d32"))
    ):
        wx = x - 78 + 52 * number
        sheet.line((wx, MODULE_Y + 134), (wx, 1004), stroke=INK, stroke_width=5)
        sheet.line((wx, MODULE_Y + 134), (wx, 1004), stroke=stroke, stroke_width=3.4)
        sheet.dot((wx, MODULE_Y + 134), 6, fill=PAPER, stroke=INK, stroke_width=2)
        sheet.words((wx, MODULE_Y + 122), pad, 14, text_anchor="middle", font_weight="bold")
        sheet.box((wx - 23, 948), (46, 20), stroke="none")
        sheet.words((wx, 963), colour, 14, text_anchor="middle")
    sheet.box((x - 115, 1004), (230, 40), rx=8, fill="#d8dee3")
    sheet.dot((x - 96, 1024), 7, fill=PAPER, stroke=INK)
    sheet.dot((x + 96, 1024), 7, fill=PAPER, stroke=INK)
    sheet.words((x, 1029), "load cell, four wires", 15, text_anchor="middle")


def draw_panel(sheet: Drawing) -> None:
    """Draw two buttons, the LED with its resistor, and the buzzer."""
    for y, text in ((130, "start / answer button"), (190, "stop button")):
        sheet.line((92, y), (250, y), stroke=INK, stroke_width=2.5)
        sheet.line((250, y), (296, y - 16), stroke=INK, stroke_width=3)
        sheet.line((300, y), (332, y), stroke=INK, stroke_width=2.5)
        sheet.dot((250, y), 5)
        sheet.dot((300, y), 5)
        sheet.words((108, y - 10), text, 15)
    y = 250
    sheet.line((92, y), (332, y), stroke=INK, stroke_width=2.5)
    sheet.box((262, y - 9), (52, 18), rx=2)
    sheet.words((262, y - 15), "330 Ω", 14)
    sheet.add("path", d=f"M206,{y - 13} L206,{y + 13} L184,{y} z", fill=PAPER, stroke=INK, stroke_width=2.2)
    sheet.line((184, y - 13), (184, y + 13), stroke_width=2.5)
    sheet.words((108, y - 15), "LED", 15)
    sheet.words((108, 284), "Panel: may be left out, any part of it", 14, fill=SOFT)
    top = TOP_Y + 5 * PITCH
    sheet.box((1040, top - 18), (72, 58), rx=29, fill=PALE)
    sheet.words((1076, top + 16), "buzzer", 15, text_anchor="middle")
    text = ("active, 3.3 V, at most 10 mA;", "else with a transistor")
    sheet.lines((872, top + 60), text, 13, fill=SOFT)


def draw_legend(sheet: Drawing) -> None:
    """Draw each kind of wire with its name."""
    for x, kind, text in (
        (60, "3.3 V", "3.3 V (double line)"),
        (330, "GND", "ground (thick)"),
        (570, "DOUT", "DOUT (full line)"),
        (800, "PD_SCK", "PD_SCK (dashes)"),
    ):
        draw_wire(sheet, Wire(0, kind, "legend", ((x, 1090), (x + 62, 1090))))
        sheet.words((x + 74, 1095), text, 15)
    sheet.line((1050, 1090), (1090, 1090), **WIRES["DOUT"])
    sheet.dot((1070, 1090), 7)
    sheet.words((1102, 1095), "dot: joined", 15)
    sheet.words((1230, 1095), "wires that cross without a dot: not joined", 15)


def draw(board: BoardConfig, panel: PanelConfig) -> str:
    """Return the picture of this wiring."""
    about = "From the 40-pin header of a Raspberry Pi to four HX711 modules, each with a load cell; a panel."
    sheet = Drawing("Wiring of the balance station", about)
    sheet.words((60, 46), "Wiring of the board", 30, font_weight="bold")
    power = power_wires()
    for wire in (*power, *panel_wires(panel), *signal_wires(board)):
        draw_wire(sheet, wire)
    for wire in power:
        if not wire.pin:
            sheet.dot(wire.way[0], 7, fill=INK if wire.kind == "GND" else RED)
    draw_header(sheet, used_pins(board, panel))
    for cell in MODULE_X:
        draw_module(sheet, cell)
    sheet.words((778, SUPPLY_Y - 11), "3.3 V rail", 16, font_weight="bold", fill=RED, text_anchor="middle")
    sheet.words((778, GROUND_Y + 23), "GND rail", 16, font_weight="bold", text_anchor="middle")
    text = (
        "Usual colours: the sheet of your cells counts. A+ and A− exchanged: the cell reads less when it is "
        "pressed, and the check names it. DT is DOUT."
    )
    sheet.words((MODULE_X["FL"] - 115, 1064), text, 13.5, fill=SOFT)
    draw_panel(sheet)
    draw_rate(sheet)
    pairs = zip(board.data_pins, board.clock_pins, strict=True)
    draw_checks(sheet, " · ".join(f"{PIN_OF[data]} {PIN_OF[clock]}" for data, clock in pairs) + ".")
    draw_legend(sheet)
    return sheet.svg()


if __name__ == "__main__":
    FILE.write_text(draw(BoardConfig(), PanelConfig()), "utf-8")
