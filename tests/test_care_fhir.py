"""The FHIR bundle: valid by the models of FHIR R4B, complete, and without a name unless asked."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.structuredefinition import StructureDefinition
from pytest_django import DjangoDbBlocker

from station.sway.catalogue import CATALOGUE
from tests.care_months import DAYS, FIRST, NAME, Months, today, trained_once
from ui.care.models import Patient, Prescription
from ui.care.out import contract
from ui.care.out.fhir.bundle import bundle
from ui.care.out.fhir.codes import UCUM_OF, code_systems
from ui.care.out.fhir.profile import trial_profile
from ui.care.out.period import Period
from ui.care.out.selection import OPERATOR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

PERIOD = Period(FIRST.date(), FIRST.date() + timedelta(days=60))


def made(patient: Patient, *, names: bool = False) -> dict[str, Any]:
    document = bundle(OPERATOR, patient, PERIOD, names=names, now=today())
    Bundle.model_validate_json(json.dumps(document))
    return document


def of(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [it["resource"] for it in document["entry"] if it["resource"]["resourceType"] == kind]


@pytest.fixture(scope="module")
def months(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Months]:
    with trained_once(django_db_blocker, tmp_path_factory.mktemp("care")) as months:
        yield months


def test_a_bundle_is_valid_and_holds_what_was_done(months: Months) -> None:
    document = made(months.anna)
    counts = {kind: len(of(document, kind)) for kind in ("Patient", "Device", "Procedure", "CarePlan")}
    assert counts == {"Patient": 1, "Device": 2, "Procedure": DAYS, "CarePlan": 2}
    codes = [it["code"]["coding"][0]["code"] for it in of(document, "Observation")]
    assert {code: codes.count(code) for code in set(codes)} == {
        "72514-3": 2 * DAYS,
        "55411-3": DAYS,
        "effort": DAYS,
        "trial": DAYS,
    }
    trial = next(it for it in of(document, "Observation") if it["code"]["coding"][0]["code"] == "trial")
    quantities = {
        it["code"]["coding"][0]["code"]: (it["valueQuantity"]["value"], it["valueQuantity"]["code"])
        for it in trial["component"]
        if "valueQuantity" in it
    }
    assert quantities["velocity_mm_s"] == (16.0, "mm/s")
    assert quantities["hold_s"] == (20.0, "s")
    assert quantities["hand_support_mean_percent"] == (22.0, "%")


def test_every_reference_leads_to_a_resource_of_the_bundle(months: Months) -> None:
    document = made(months.anna)
    there = {it["fullUrl"] for it in document["entry"]}

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["reference"]] if "reference" in value else []
            return own + [it for inner in value.values() for it in references(inner)]
        return [it for inner in value for it in references(inner)] if isinstance(value, list) else []

    assert len(there) == len(document["entry"])
    assert set(references(document)) <= there


def test_provenance_names_calibration_and_algorithm_of_every_trial(months: Months) -> None:
    (provenance,) = of(made(months.anna), "Provenance")
    assert len(provenance["target"]) == DAYS
    assert provenance["agent"][0]["who"]["identifier"]["value"] == "cop-1"
    assert provenance["entity"][0]["what"]["identifier"]["value"] == "nominal"


def test_simulated_results_carry_the_label_of_test_data(months: Months) -> None:
    for patient, labelled in ((months.anna, False), (months.sim, True)):
        document = made(patient)
        for kind in ("Observation", "Procedure", "Provenance"):
            for resource in of(document, kind):
                labels = [it["code"] for it in resource.get("meta", {}).get("security", [])]
                assert (labels == ["HTEST"]) is labelled, kind


def test_a_bundle_names_the_patient_only_when_asked(months: Months) -> None:
    assert NAME not in json.dumps(made(months.anna), ensure_ascii=False)
    assert of(made(months.anna, names=True), "Patient")[0]["name"] == [{"text": NAME}]


def test_a_bundle_of_nothing_and_of_strange_values_is_valid(months: Months) -> None:
    made(Patient.objects.create(name="Nobody Yet"))
    strange = {"surface": "firm", "outcome": "interrupted", "hold_s": 0.0, "measures": {"new_mm": 1.0}}
    months.anna.sessions.update(ended=FIRST - timedelta(days=9), complete=None, body=None)
    Prescription.objects.update(answered=FIRST + timedelta(weeks=99))
    trial = months.anna.sessions.get(trials__pk=months.newest_trial).trials.get()
    trial.surface, trial.outcome = "ice", "melted"
    trial.body = {**trial.body, **strange}
    trial.save()
    made(months.anna)


def test_every_measure_of_the_catalogue_has_a_code_and_a_unit_of_ucum() -> None:
    measures, conditions = code_systems().values()
    for system in (measures, conditions):
        CodeSystem.model_validate(system)
    StructureDefinition.model_validate(trial_profile())
    concepts = {it["code"]: it for it in measures["concept"]}
    for name, measure in CATALOGUE.items():
        assert concepts[name]["property"][0]["valueString"] == UCUM_OF[measure.unit]


def test_the_documents_of_api_and_fhir_are_as_the_code_makes_them() -> None:
    assert contract.stale() == [], "run python -m ui.care.out.contract"
