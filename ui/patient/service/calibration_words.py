"""The words of a calibration on the screen: what to do, why it was not taken, and what came of it."""

from collections.abc import Mapping

from calibration.spoken import AskStep, Failed, NotTaken, Result, Verb
from ui.patient.service.check_words import corner_words
from ui.patient.words import _, day_words, decimal, figure


def verb_words(verb: Verb) -> str:
    """Return the name of a procedure."""
    return {
        "corners": _("Find the corners"),
        "cells": _("Weigh each corner"),
        "plate": _("Calibrate the plate"),
        "verify": _("Verify the plate"),
        "daily": _("Daily check"),
        "tare": _("Take the zero"),
        "restore": _("Previous calibration"),
    }.get(verb, verb)


def about_words(verb: Verb) -> str:
    """Return what a procedure takes."""
    return {
        "corners": _("Press each corner once."),
        "cells": _("Two masses at each corner, ten minutes."),
        "plate": _("Two masses at nine places, half an hour."),
        "verify": _("One mass at four other places."),
        "daily": _("One mass, or your own weight. A minute."),
        "tare": _("The empty board, a few seconds."),
    }.get(verb, "")


def step_words(step: AskStep) -> str:
    """Return what to do."""
    if step.kind == "press":
        words = _("Press the {corner} corner with your hand and keep pressing.")
        return _sentence(words.format(corner=corner_words(step.corner or "")))
    if step.kind == "person":
        return _("Step onto the board and stand still.")
    if step.key == "step_off":
        return _("Step off, and leave the board empty.")
    if step.kind == "empty":
        return _("Take everything off the board.")
    return _("Put {kg} kg here and let go.").format(kg=decimal(step.kg, 2))


def place_words(step: AskStep) -> str:
    """Return where the mass belongs, in mm from the middle."""
    if step.kind == "person":
        return _("In the middle, arms hanging. Touch nothing. It takes a quarter of a minute.")
    if step.kind != "mass":
        return ""
    ways = []
    if abs(step.y_mm) >= 1:
        along = _("{mm} mm to the front") if step.y_mm > 0 else _("{mm} mm to the rear")
        ways.append(along.format(mm=round(abs(step.y_mm))))
    if abs(step.x_mm) >= 1:
        across = _("{mm} mm to the right") if step.x_mm > 0 else _("{mm} mm to the left")
        ways.append(across.format(mm=round(abs(step.x_mm))))
    return _("From the middle: {where}").format(where=", ".join(ways)) if ways else _("In the middle")


def refused_words(refused: NotTaken) -> str:
    """Return why the step was not taken; what this screen does not know stays in English."""
    words = {
        "moved": _("The board moved. Let go of the mass, stand away, and press Done again."),
        "cell_saturated": _("{cells}: too much load, or a loose wire. Take weight off and try again."),
        "cell_silent": _("{cells}: no steady readings. Look at its cable and try again."),
        "plate_loaded": _("The board carries {load_n} N. Take everything off, or calibrate it anew."),
        "no_single_cell": _("No single corner answered. Press harder, right above one corner."),
        "corner_again": _("The same cell answered before. Press the corner that is named."),
        "nothing_put": _("Nothing was put on the board."),
        "same_as_before": _("The board reads the same as before. Put the next mass on it."),
        "wrong_mass": _("This weighs {kg} kg, not {asked_kg} kg. Take the right mass."),
        "not_empty": _("Something is still on the board ({load_n} N)."),
        "stepped_off": _("You stepped off too early. Press Done, step on and stay."),
        "nobody_on": _("Nobody stood on the board. Press Done and step on."),
        "weight_wanders": _("The weight wandered by {percent} %. Stand still, touch nothing."),
        "weight_mistyped": _("The board says about {kg} kg, not {asked_kg} kg. Go back and type it again."),
        "misplaced": _("The mass stands at another place. Move it to the mark."),
    }.get(refused.key)
    return refused.text if words is None else words.format(**_named(refused.values))


def _named(values: object) -> dict[str, object]:
    """Return values as sentences tell them: corners by name, fractions as the language writes them."""
    if not isinstance(values, dict):
        return {}
    return {
        key: ", ".join(corner_words(str(cell)) for cell in value)
        if isinstance(value, list)
        else figure(value)
        for key, value in values.items()
    }


def failed_words(failed: Failed) -> str:
    """Return why there is no result; the sentence of the program where this screen knows none."""
    words = {
        "board": _("The board cannot be had now: somebody trains on it, or it does not answer."),
        "stopped": _("The calibration was stopped. What was measured is kept."),
        "points_apart": _(
            "{apart} of {points} points do not fit together. Weigh the masses and begin again."
        ),
        "cell_dead": _("{cells}: this cell does not answer to any load. Look at its wires."),
        "cells_exchanged": _("{cells}: the cables of these two cells are exchanged."),
        "cell_inverted": _("{cells}: this cell counts down. Swap its wires A+ and A-."),
        "no_answer": _("The board does not answer to any load. Look at its power."),
        "no_previous": _("There is no calibration before this one."),
        "masses_alike": _("The two masses are too much alike. Take masses that differ more."),
    }.get(failed.key)
    if words is None:  # a sentence of the program, as it is
        return _sentence(failed.text)
    return words.format(**_named(failed.values))


def light_words(result: Result) -> str:
    """Return the light in words."""
    good = _("Good: as exact as boards of this kind get.")
    fair = _("Usable, but hardly better than uncalibrated. Repeat it with more care.")
    poor = _("Not usable. Calibrate the board again.")
    wrong = _("The board weighs wrong. Calibrate it again.")
    return {
        "plate_green": good,
        "plate_amber": fair,
        "plate_red": poor,
        "verify_green": good,
        "verify_amber": fair,
        "verify_red": poor,
        "tare": _("The zero is taken."),
        "tare_nominal": _("The zero is taken. This board was never calibrated."),
        "corners_right": _("Every cell answers at its own corner."),
        "corners_exchanged": _("The cells answer at other corners. Exchange their cables."),
        "cells": _("Each corner weighs as it should."),
        "cells_apart": _("One corner weighs unlike the others. Look at its cell."),
        "daily_fine": _("The board weighs right."),
        "daily_off": wrong,
        "own_weight_agrees": _("The board agrees with the bathroom scale."),
        "own_weight_unsure": _("Board and bathroom scale differ. Check with a known mass."),
        "own_weight_wrong": wrong,
        "restored": _("The calibration before is in use again."),
    }.get(result.key, result.text)


def figure_words(result: Result) -> tuple[str, ...]:
    """Return the figures that matter, one sentence each."""
    tenths = {k: round(v, 1) + 0.0 if isinstance(v, float) else v for k, v in result.values.items()}
    values = _named(tenths)  # + 0.0: no minus before a zero
    told: list[str] = []
    if "error95_mm" in values:
        told.append(
            _("It tells where somebody stands to ±{mm} mm (95 % sure).").format(mm=values["error95_mm"])
        )
    if "rmse_mm" in values:
        told.append(
            _("At other places: {rmse} mm off on average, {most} mm at most.").format(
                rmse=values["rmse_mm"], most=values["max_mm"]
            )
        )
    if "low_mm" in values:
        told.append(
            _("That average is between {low} and {high} mm (95 % sure).").format(
                low=values["low_mm"], high=values["high_mm"]
            )
        )
    if "placing_mm" in values:
        told.append(
            _("A mass put by hand is easily {mm} mm beside its mark.").format(mm=values["placing_mm"])
        )
    told += _weighed_words(values)
    if "off_percent" in values:
        told.append(_("A known mass reads {percent} % off.").format(percent=values["off_percent"]))
    if "off_n" in values:
        told.append(_("It has moved by {newtons} N since the calibration.").format(newtons=values["off_n"]))
    if "order" in values and result.light == "red":
        told.append(_("They answered as: {order}.").format(order=values["order"]))
    if "made_on" in values:
        told.append(_("It was made on {date}.").format(date=day_words(str(values["made_on"]))))
    elif result.plate is not None:
        told.append(_("The new calibration is in use ({name}).").format(name=result.plate))
    return (*told, *advice_words(result))


def _weighed_words(values: Mapping[str, object]) -> list[str]:
    """Return what each corner, or a person, was weighed at."""
    told = []
    if "apart_percent" in values:
        told = [
            _("The corners differ by {percent} % at most.").format(percent=values["apart_percent"]),
            _("Between light and heavy: {newtons} N off at most.").format(newtons=values["max_n"]),
        ]
    if "weighed_kg" in values:
        told = [
            _("Board: {weighed} kg, bathroom scale: {named} kg.").format(
                weighed=values["weighed_kg"], named=values["named_kg"]
            ),
            _("A bathroom scale may be wrong by {kg} kg itself.").format(kg=values["scale_kg"]),
            _("This checks the weight alone, not where somebody stands."),
        ]
    return told


def advice_words(result: Result) -> tuple[str, ...]:
    """Return why to calibrate again, beyond what the light says."""
    known = {
        "tare_walked": _("{corner}: the zero has walked. Look for something wedged, then calibrate."),
        "cell_noisier_than_others": _("{corner}: noisier than the others. Look at its wires."),
        "cell_noisier_than_before": _("{corner}: noisier than it was. Look at its wires."),
        "span_off": "",
    }
    told = []
    for advice in result.advice:
        words = known.get(str(advice["reason"]), str(advice["text"]))
        corner = corner_words(str(advice["cell"]))
        if words:
            told.append(words.format(corner=_sentence(corner)))
    return tuple(told)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
