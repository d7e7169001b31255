"""What a check found, in words of the screen: a sentence for each kind of finding, with what to do."""

from ui.patient.service.check_report import CheckReport, FindingReport
from ui.patient.words import _


def corner_words(cell: str) -> str:
    """Return where a cell is, seen by somebody who stands on the plate."""
    return {
        "FL": _("front left"),
        "FR": _("front right"),
        "RL": _("rear left"),
        "RR": _("rear right"),
    }.get(cell, cell)


def _of_cell(kind: str) -> str | None:
    return {
        "silent": _("{cell}: the chip does not answer. Look at its plug and 3.3 V (GPIO {data}, {clock})."),
        "stuck-low": _("{cell}: the data wire stays low. Look for a short to ground (GPIO {data})."),
        "saturated": _("{cell}: one of the four wires of the load cell is loose."),
        "slow": _("{cell}: too few readings. Set the RATE jumper of its module to high."),
        "stuck": _("{cell}: every reading is the same. Exchange the HX711 module."),
        "pattern": _("{cell}: bits slip. Shorten the wires to the module."),
        "gain": _("{cell}: the readings jump. Look at PD_SCK (GPIO {clock}) and the 3.3 V."),
        "inverted": _("{cell}: it is pulled up, or inverted. Swap the wires A+ and A-."),
        "loose": _("{cell}: it falls silent now and then. Look for a loose plug or wire."),
        "busy": _("{cell}: readings came too late. End other programs on this computer."),
        "noisy": _("{cell}: too much noise. Keep its wires short and away from the mains."),
        "tare": _("{cell}: the empty board reads wrong. See that nothing is wedged under the plate."),
    }.get(kind)  # fmt: skip


def _of_board(kind: str) -> str | None:
    return {
        "all-silent": _("No chip answers. Look at the 3.3 V and the ground of the modules first."),
        "loaded": _("There is something on the board. Check it again when it is empty."),
        "drift": _("The zero moves. Let the board warm up for ten minutes and check again."),
        "priority": _("Reading the board has no priority over other programs."),
        "restarts": _("The program that reads the board ended and was started again."),
        "care-silent": _("The care team's computer does not answer. Results wait here; tell the care team."),
        "care-away": _("There is no connection to the care team. Results wait here; look at the network."),
        "late": _("Readings arrive late. End other programs on this computer."),
    }.get(kind)


def _of_place(kind: str) -> str | None:
    """Return what is wrong where results are kept (`station.session.place`), or was (`restore`)."""
    return {
        "not-lasting": _("Results go when the power is cut. Give the data folder a partition of its own."),
        "read-only": _("Nothing can be saved. Start the station again. If it stays so, change the card."),
        "card-failing": _("The memory card is failing. Let all results be sent, then change the card."),
        "disk-full": _("The memory card is full. Results are kept, raw recordings go. Make room on it."),
        "disk-nearly-full": _("The memory card is nearly full. Make room on it soon."),
        "database-restored": _(
            "The database was damaged and is restored. Ask the care team whether a session is missing."
        ),
    }.get(kind)


def finding_words(finding: FindingReport, report: CheckReport) -> str:
    """Return the finding as a sentence; one this screen does not know stays as the check wrote it."""
    if finding.cell is None:
        words = _of_board(finding.kind) or _of_place(finding.kind)
    else:
        words = _of_cell(finding.kind)
    if words is None:
        return finding.text
    cell = report.cell(finding.cell or "")
    name = corner_words(finding.cell or "")
    return words.format(
        cell=name[:1].upper() + name[1:],
        data="" if cell is None else cell.data_pin,
        clock="" if cell is None else cell.clock_pin,
    )


def first_words(report: CheckReport) -> str:
    """Return the first thing to do; nothing when there is nothing to do."""
    return finding_words(report.findings[0], report) if report.findings else ""
