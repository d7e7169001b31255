"""The profile of one trial as a StructureDefinition."""

from ui.care.out.fhir.codes import BASE, CONDITIONS, MEASURES, TRIAL_PROFILE, Json


def trial_profile() -> Json:
    """Return the profile: code `trial`, a subject, a device, a time, and a component for each quantity."""
    return {
        "resourceType": "StructureDefinition",
        "id": "balance-trial",
        "url": TRIAL_PROFILE,
        "version": "1",
        "name": "BalanceTrial",
        "title": "One attempt at one balance exercise on a force plate",
        "status": "active",
        "description": (
            "Conditions (support, vision, surface, side) and outcome are components coded in "
            f"{CONDITIONS}; hold time, hand support and sway are components coded in {MEASURES} with UCUM "
            "units. Trials under other conditions or of another duration are not comparable. Simulated "
            "trials carry the security label HTEST."
        ),
        "fhirVersion": "4.0.1",
        "kind": "resource",
        "abstract": False,
        "type": "Observation",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Observation",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": "Observation", "path": "Observation"},
                {
                    "id": "Observation.code",
                    "path": "Observation.code",
                    "patternCodeableConcept": {"coding": [{"system": MEASURES, "code": "trial"}]},
                },
                {"id": "Observation.subject", "path": "Observation.subject", "min": 1},
                {"id": "Observation.effective[x]", "path": "Observation.effective[x]", "min": 1},
                {"id": "Observation.device", "path": "Observation.device", "min": 1},
                {"id": "Observation.component", "path": "Observation.component", "min": 1},
            ]
        },
    }


def files() -> dict[str, Json]:
    """Return the profile by file name."""
    return {f"StructureDefinition-{TRIAL_PROFILE.removeprefix(BASE).split('/')[-1]}.json": trial_profile()}
