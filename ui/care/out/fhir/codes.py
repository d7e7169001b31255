"""Codes of the bundle: LOINC where it has one, UCUM for units, code systems of our own for the rest.

No code system in use has codes for sway of a force plate, so these name what `analyse` names.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from station.sway.catalogue import CATALOGUE

BASE: Final = "https://balance-station.example/fhir"
MEASURES: Final = f"{BASE}/CodeSystem/balance-measures"
CONDITIONS: Final = f"{BASE}/CodeSystem/balance-conditions"
TRIAL_PROFILE: Final = f"{BASE}/StructureDefinition/balance-trial"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
PARTICIPANT: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
# HL7's own label of data that is no patient's.
TEST_DATA: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}

Json = dict[str, Any]

# Units of the catalogue in UCUM.
UCUM_OF: Final[Mapping[str, str]] = {
    "mm": "mm",
    "mm²": "mm2",
    "mm/s": "mm/s",
    "mm²/s": "mm2/s",
    "Hz": "Hz",
    "%": "%",
    "°": "deg",
    "s": "s",
    "min": "min",
    "": "1",
}


class Code(NamedTuple):
    """One code of the measures: what it is called, what it means, and its unit as the catalogue writes it."""

    display: str
    definition: str
    unit: str | None


_SWAY: Final = {
    name: Code(measure.label, f"{measure.formula} ({measure.source})", measure.unit)
    for name, measure in CATALOGUE.items()
}
OWN: Final[Mapping[str, Code]] = {
    "session": Code("Balance training session", "From check-in to check-out on a balance station", None),
    "trial": Code("Balance trial", "One attempt at one exercise on a force plate", None),
    "programme": Code("Balance training programme", "A signed, versioned programme of exercises", None),
    "hold_s": Code("Hold time", "Time that counted while the conditions of the exercise held", "s"),
    "target_hold_s": Code("Target hold time", "Time to be held", "s"),
    "in_target_percent": Code("Time in target", "Share of the hold with the CoP in its target", "%"),
    "hand_support_mean_percent": Code(
        "Hand support, mean", "1 − load on the plate / body weight, mean over the hold", "%"
    ),
    "hand_support_max_percent": Code(
        "Hand support, highest", "1 − load on the plate / body weight, highest of the hold", "%"
    ),
    "count": Code("Repetitions", "Repetitions, targets, steps or minutes that were counted", ""),
    "effort": Code("Effort of the session", "Told by the person at check-out, 0 to 10", ""),
    "calibration": Code("Calibration", "Id of the plate file that forces were computed with", None),
    "algorithm": Code("Algorithm", "Id of the method that measures were computed with", None),
    "derivation": Code("Derivation of measures", "Raw counts to forces, CoP and measures", None),
    **_SWAY,
}
STATES: Final[Mapping[str, Mapping[str, str]]] = {
    "support": {
        "two-hands": "Two hands",
        "one-hand": "One hand",
        "fingertips": "Fingertips",
        "hovering": "Hands hovering",
        "none": "No hands",
    },
    "vision": {"open": "Eyes open", "closed": "Eyes closed"},
    "surface": {
        "firm": "Firm",
        "foam": "Foam",
        "rocker-side": "Rocker, side to side",
        "rocker-forward": "Rocker, forward and back",
        "wobble": "Wobble board",
    },
    "outcome": {
        "done": "Held to the end",
        "lost": "Ended early",
        "stopped": "Stopped",
        "fault": "Sensor fault",
        "interrupted": "Interrupted",
    },
    "side": {"left": "Left", "right": "Right"},
}
AXES: Final[Mapping[str, str]] = {
    "support": "Support by the hands",
    "vision": "Eyes",
    "surface": "Surface",
    "outcome": "Outcome",
    "side": "Leg, or foot in front",
}


def own(name: str) -> Json:
    """Return one of our own codes; a measure not known here has its name only."""
    known = OWN.get(name)
    coding = {"system": MEASURES, "code": name, **({"display": known.display} if known else {})}
    return {"coding": [coding]} if known else {"text": name}


def condition(axis: str) -> Json:
    """Return the code of a kind of condition, as "vision"."""
    return {"coding": [{"system": CONDITIONS, "code": axis, "display": AXES[axis]}]}


def state(axis: str, value: str) -> Json:
    """Return the code of a condition, as "vision-closed"; one not known here as text."""
    display = STATES[axis].get(value)
    if display is None:
        return {"text": value}
    return {"coding": [{"system": CONDITIONS, "code": f"{axis}-{value}", "display": display}]}


def loinc(code: str, display: str) -> Json:
    """Return a LOINC code."""
    return {"coding": [{"system": LOINC, "code": code, "display": display}]}


def quantity(value: float, unit: str) -> Json:
    """Return a quantity; `unit` as the catalogue writes it, or "{score}"."""
    code = UCUM_OF.get(unit, unit)
    return {"value": value, "unit": unit or "1", "system": UCUM, "code": code}


def code_systems() -> dict[str, Json]:
    """Return our own code systems by file name."""
    measures = [
        {
            "code": name,
            "display": code.display,
            "definition": code.definition,
            **(
                {"property": [{"code": "unit", "valueString": UCUM_OF[code.unit]}]}
                if code.unit is not None
                else {}
            ),
        }
        for name, code in OWN.items()
    ]
    conditions = [
        {
            "code": axis,
            "display": AXES[axis],
            "concept": [{"code": f"{axis}-{value}", "display": text} for value, text in states.items()],
        }
        for axis, states in STATES.items()
    ]
    unit = {"code": "unit", "description": "Unit in UCUM", "type": "string"}
    return {
        "CodeSystem-balance-measures.json": {
            **_system("balance-measures", "BalanceMeasures", "Measures of standing balance"),
            "property": [unit],
            "concept": measures,
        },
        "CodeSystem-balance-conditions.json": {
            **_system("balance-conditions", "BalanceConditions", "Conditions and outcomes of balance trials"),
            "hierarchyMeaning": "grouped-by",
            "concept": conditions,
        },
    }


def _system(id_: str, name: str, title: str) -> Json:
    return {
        "resourceType": "CodeSystem",
        "id": id_,
        "url": f"{BASE}/CodeSystem/{id_}",
        "version": "1",
        "name": name,
        "title": title,
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
    }
