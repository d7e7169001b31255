"""What people take away: by the site's buttons and by the commands; who may, and what is noted."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from tests.care_months import NAME, Months, trained_once
from ui.care.__main__ import main
from ui.care.models import ApiToken, Audit
from ui.care.out.monitoring import SETTING
from ui.care.people.accounts import add_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

Output = pytest.CaptureFixture[str]
SPAN = ("--from", "2026-03-01", "--to", "2026-04-30")
ASKED = {"from": "2026-03-01", "to": "2026-04-30"}


@pytest.fixture(scope="module")
def months(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Months]:
    with trained_once(django_db_blocker, tmp_path_factory.mktemp("care")) as months:
        yield months


def person(role: str) -> Client:
    client = Client()
    client.force_login(add_user(role, role=role, password="calm-river-71-stone", all_patients=True))
    return client


def noted() -> list[str]:
    return list(Audit.objects.order_by("pk").values_list("action", flat=True))


def test_a_button_on_the_patients_page_gives_the_report(months: Months) -> None:
    client, address = person("assistant"), reverse("report_pdf", args=[months.anna.pseudonym])
    assert address in client.get(reverse("patient", args=[months.anna.pseudonym])).content.decode()
    response = client.get(address, {**ASKED, "paper": "Letter"})
    assert response.content.startswith(b"%PDF-")
    assert NAME not in response.headers["Content-Disposition"]
    assert "took a report" in noted()


def test_tables_and_bundle_are_for_those_who_may_take_data_away(months: Months) -> None:
    addresses = [
        reverse("patient_tables", args=[months.anna.pseudonym]),
        reverse("patient_fhir", args=[months.anna.pseudonym]),
        reverse("caseload_tables"),
        reverse("monitoring_csv"),
    ]
    for role, status in (("assistant", 403), ("therapist", 200)):
        client = person(role)
        page = client.get(reverse("patient", args=[months.anna.pseudonym])).content.decode()
        assert (addresses[0] in page) is (status == 200)
        for address in addresses:
            response = client.get(address, ASKED)
            assert response.status_code == status, address
            if status == 200:
                assert "attachment" in response.headers["Content-Disposition"]
    assert {"took tables", "took a FHIR bundle", "took monitoring days"} <= set(noted())


def test_names_leave_the_site_only_with_a_tick(months: Months) -> None:
    client, address = person("therapist"), reverse("patient_fhir", args=[months.anna.pseudonym])
    assert NAME not in client.get(address, ASKED).content.decode()
    assert NAME in client.get(address, {**ASKED, "names": "1"}).content.decode()


def test_whoever_sees_no_patients_can_take_nothing(months: Months) -> None:
    client = person("auditor")
    assert client.get(reverse("report_pdf", args=[months.anna.pseudonym]), ASKED).status_code == 404
    assert noted()[-1] == "asked for a patient not theirs"
    assert client.get(reverse("patient_tables", args=[months.anna.pseudonym]), ASKED).status_code == 403
    assert NAME not in client.get(reverse("monitoring"), ASKED).content.decode()


def test_a_period_that_is_none_is_told_on_the_page_one_came_from(months: Months) -> None:
    client = person("therapist")
    for name, arguments in (("report_pdf", [months.anna.pseudonym]), ("caseload_tables", [])):
        page = client.get(reverse(name, args=arguments), {"from": "soon"}, follow=True)
        assert "it must be a day like 2026-05-04" in page.content.decode()
    page = client.get(reverse("report_pdf", args=[months.anna.pseudonym]), {"paper": "A5"}, follow=True)
    assert "there are A4, Letter" in page.content.decode()


def test_the_page_of_monitoring_days_labels_simulated_ones(
    months: Months, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = person("therapist")
    monkeypatch.setenv(SETTING, "10")
    page = client.get(reverse("monitoring"), ASKED).content.decode()
    assert "3 days SIMULATED, not counted" in page
    assert page.count(">reached<") == 1
    monkeypatch.setenv(SETTING, "many")
    refused = client.get(reverse("monitoring"))
    assert refused.status_code == 422
    assert "whole number from 1 to 30" in refused.content.decode()


def test_commands_write_whole_files_and_are_noted(months: Months, tmp_path: Path, capsys: Output) -> None:
    who = months.anna.pseudonym
    files = {name: tmp_path / name for name in ("r.pdf", "t.zip", "all.zip", "f.json")}
    assert main(["report", who, "--out", str(files["r.pdf"]), *SPAN, "--language", "en"]) == 0
    assert main(["tables", who, "--out", str(files["t.zip"]), *SPAN]) == 0
    assert main(["tables", "--out", str(files["all.zip"]), *SPAN, "--names"]) == 0
    assert main(["fhir", who, "--out", str(files["f.json"]), *SPAN]) == 0
    assert "12 sessions, 12 trials, 1 events, 1 journal" in capsys.readouterr().out
    assert files["r.pdf"].read_bytes().startswith(b"%PDF-")
    with zipfile.ZipFile(io.BytesIO(files["all.zip"].read_bytes())) as archive:
        assert NAME in archive.read("sessions.csv").decode()
    assert json.loads(files["f.json"].read_text())["type"] == "collection"
    assert {file.stat().st_mode & 0o077 for file in files.values()} == {0}
    assert noted().count("command: took tables") == 2


def test_a_command_that_fails_says_why_and_leaves_nothing(
    months: Months, tmp_path: Path, capsys: Output
) -> None:
    there = tmp_path / "r.pdf"
    there.write_text("before")
    for arguments, said in (
        (["report", "p-nobody", "--out", str(there)], "no patient has the pseudonym 'p-nobody'"),
        (["report", months.anna.pseudonym, "--out", str(there), "--from", "x"], "it must be a day"),
        (
            ["report", months.anna.pseudonym, "--out", str(there), "--language", "xx"],
            "reports are written in en",
        ),
        (["tables", "--out", str(tmp_path / "no" / "t.zip")], "cannot be written"),
        (["fhir", months.anna.pseudonym, "--out", str(tmp_path)], "cannot be written"),
    ):
        assert main(arguments) == 1
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["r.pdf"]
    assert there.read_text() == "before"


def test_monitoring_days_are_printed_as_csv(months: Months, capsys: Output) -> None:
    assert main(["monitoring", *SPAN]) == 0
    out = capsys.readouterr().out
    assert out.startswith("patient,from,to,days_with_data [1],needed [1],reached,whole,simulated_days [1]")
    assert f"{months.anna.pseudonym},2026-03-02,2026-03-31,12,16,no,yes,0" in out


def test_a_token_is_shown_once_listed_and_taken_back(capsys: Output) -> None:
    add_user("therapist", role="therapist", password="calm-river-71-stone", all_patients=True)
    assert main(["token", "add", "hospital", "--as", "therapist", "--expires", "2099-01-31"]) == 0
    key = capsys.readouterr().out.strip()
    assert key.startswith("bal_")
    assert main(["token", "list"]) == 0
    listed = capsys.readouterr().out
    assert listed == "hospital: works, as therapist, until 2099-02-01 00:00, last used never\n"
    assert main(["token", "revoke", "hospital"]) == 0
    assert main(["token", "list"]) == 0
    assert "hospital: revoked" in capsys.readouterr().out
    for arguments, said in (
        (["add", "hospital", "--as", "therapist"], "exists already"),
        (["add", "late", "--as", "therapist", "--expires", "2020-01-01"], "is over already"),
        (["add", "odd", "--as", "therapist", "--expires", "soon"], "--expires is 'soon'"),
        (["revoke", "other"], "there is no token 'other'"),
    ):
        assert main(["token", *arguments]) == 1
        assert said in capsys.readouterr().err
    assert ApiToken.objects.count() == 1
    assert User.objects.count() == 1
