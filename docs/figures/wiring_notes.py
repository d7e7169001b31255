"""What stands beside the wires of docs/images/wiring.svg: what makes a chip fast, what to check."""

from drawing import CALM, INK, PAPER, RED, Drawing


def draw_rate(sheet: Drawing) -> None:
    """Draw the chip with the two pins that make it fast."""
    left, top = 676, 776
    sheet.box((left, top), (222, 268), stroke=CALM, stroke_width=2.5, fill=PAPER)
    sheet.words((left + 14, top + 28), "RATE: 80 a second", 17, font_weight="bold")
    chip_x, chip_y = left + 26, top + 46
    sheet.box((chip_x, chip_y), (66, 112), fill="#2b323c", stroke="none", rx=3)
    sheet.dot((chip_x + 11, chip_y + 11), 4, fill=PAPER)
    sheet.words((chip_x + 33, chip_y + 62), "HX711", 13, fill=PAPER, text_anchor="middle")
    for row in range(8):
        y = chip_y + 10 + row * 13.2
        sheet.line((chip_x - 9, y), (chip_x, y), stroke_width=4)
        sheet.line((chip_x + 66, y), (chip_x + 75, y), stroke_width=4)
    sheet.line((chip_x + 75, chip_y + 10), (chip_x + 92, chip_y + 10), (chip_x + 92, chip_y + 23.2),
               (chip_x + 75, chip_y + 23.2), stroke=RED, stroke_width=4)  # fmt: skip
    sheet.words((chip_x + 102, chip_y + 12), "16 DVDD", 14, font_weight="bold")
    sheet.words((chip_x + 102, chip_y + 31), "15 RATE", 14, font_weight="bold")
    sheet.lines((chip_x + 102, chip_y + 60), ("joined:", "80 a second"), 14)
    text = (
        "Many modules tie RATE to",
        "ground: 10 a second. Set the",
        "jumper of the module, or lift",
        "pin 15 and join it to pin 16.",
    )
    sheet.lines((left + 14, top + 190), text, 13.5)


def draw_checks(sheet: Drawing, pins: str) -> None:
    """Write what to look at before the first current; `pins` are those of the chips, in corner order."""
    sheet.box((1150, 52), (420, 412), stroke=INK, stroke_width=3)
    sheet.words((1172, 86), "Before switching on:", 20, font_weight="bold")
    sheet.words((1172, 111), "check these four things", 20, font_weight="bold")
    checks = (
        ("3.3 V, never 5 V.", "All VCC on pin 17. Nothing on pins 2", "and 4: 5 V on DOUT destroys the Pi."),
        ("RATE is high on all four modules.", "Else 10 readings a second, and the", "check says so."),
        ("Every chip has two pins of its own.", "Count from the microSD end:", pins),
        (
            "Nothing is shorted, with the plug out.",
            "A meter’s beeper is silent between",
            "the 3.3 V and the GND rail.",
        ),
    )
    for number, (head, *more) in enumerate(checks):
        y = 150 + number * 80
        sheet.box((1172, y - 18), (24, 24), rx=3, stroke_width=2.5)
        sheet.words((1184, y), str(number + 1), 16, text_anchor="middle", font_weight="bold")
        sheet.words((1210, y), head, 16, font_weight="bold")
        sheet.lines((1210, y + 21), tuple(more), 15)
