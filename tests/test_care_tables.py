"""Tables and monitoring days: what stands in them, and that no cell is a formula."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from station.errors import ConfigError
from station.sway.catalogue import CATALOGUE
from tests.care_months import DAYS, FIRST, NAME, Months, trained_once
from ui.care.models import Event, Patient
from ui.care.out.monitoring import SETTING, monitoring_table, needed_days, windows
from ui.care.out.period import Period
from ui.care.out.selection import OPERATOR
from ui.care.out.tables import FORMULA, cell, tables, write_zip
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.intake import store
from ui.care.trust.enrolment import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

PERIOD = Period(FIRST.date(), FIRST.date() + timedelta(days=60))


@pytest.fixture(scope="module")
def months(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Months]:
    with trained_once(django_db_blocker, tmp_path_factory.mktemp("care")) as months:
        yield months


def read(*, patient: Patient | None = None, names: bool = False) -> dict[str, list[dict[str, str]]]:
    out = io.BytesIO()
    write_zip(tables(OPERATOR, PERIOD, patient=patient, names=names), out)
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    return {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in files.items()}


def test_the_tables_hold_everything_of_a_patient_with_units(months: Months) -> None:
    found = read(patient=months.anna)
    assert {name: len(rows) for name, rows in found.items()} == {
        "sessions.csv": DAYS,
        "trials.csv": DAYS,
        "events.csv": 1,
        "journal.csv": 1,
    }
    trial = found["trials.csv"][0]
    assert trial["velocity_mm_s [mm/s]"] == "16.0"
    assert trial["mean_ml_mm [mm]"] == "-1.5", "a number below 0 stays a number"
    assert trial["hand_support_mean [% of body weight]"] == "22.0"
    assert trial["simulated"] == "no"
    assert all(f"{name} [{it.unit or '1'}]" in trial for name, it in CATALOGUE.items())
    assert found["sessions.csv"][0]["duration [min]"] == "12.0"


def test_a_measure_that_is_not_known_here_is_kept(months: Months) -> None:
    home = ExampleStation("home-1", months.anna.pseudonym, start=FIRST - timedelta(hours=1))
    store([home.trial(new_id(), measures={"new_mm": 1.25})])
    assert read(patient=months.anna)["trials.csv"][0]["other_measures [json]"] == '{"new_mm": 1.25}'


def test_names_leave_only_when_they_are_asked_for(months: Months) -> None:
    assert NAME not in str(read())
    assert {row["name"] for row in read(names=True)["sessions.csv"]} == {NAME, "Sim Patient"}
    assert {row["patient"] for row in read()["sessions.csv"]} == {months.anna.pseudonym, months.sim.pseudonym}


def test_simulated_rows_are_marked(months: Months) -> None:
    marks = {(row["patient"], row["simulated"]) for row in read()["trials.csv"]}
    assert marks == {(months.anna.pseudonym, "no"), (months.sim.pseudonym, "yes")}


def test_what_a_station_sent_is_no_formula_in_a_spreadsheet(months: Months) -> None:
    Event.objects.filter(patient=months.anna).update(kind='=HYPERLINK("http://x","y")')
    assert read(patient=months.anna)["events.csv"][0]["kind"] == '\'=HYPERLINK("http://x","y")'


@given(st.text(alphabet="=+-@\t\r\n '\u00a0＝aZ1", max_size=8))
def test_no_text_begins_as_a_formula(text: str) -> None:
    assert not str(cell(text)).lstrip(" \u00a0").startswith(FORMULA)


def test_windows_of_30_days_follow_each_other_from_the_first_day_with_data(months: Months) -> None:
    found = windows(OPERATOR, PERIOD, needed=10, today=date(2026, 4, 15))
    of_anna = [window for window in found if window.patient == months.anna]
    assert [(window.first, window.last, window.days) for window in of_anna] == [
        (date(2026, 3, 2), date(2026, 3, 31), 12),
        (date(2026, 4, 1), date(2026, 4, 30), 0),
    ]
    assert [(window.reached, window.whole) for window in of_anna] == [(True, True), (False, False)]


def test_simulated_days_are_told_apart_and_never_counted(months: Months) -> None:
    found = windows(OPERATOR, PERIOD, needed=1, today=date(2026, 4, 15))
    first = next(window for window in found if window.patient == months.sim)
    assert (first.days, first.sim_days, first.reached) == (0, 3, False)


def test_a_patient_without_data_stands_in_the_list_too() -> None:
    enrol("home-9", "Nobody Yet")
    found = windows(OPERATOR, PERIOD, needed=16, today=date(2026, 3, 10))
    assert [(it.days, it.lacking) for it in found if it.patient.name == "Nobody Yet"] == [(0, 16)]
    out = io.StringIO()
    monitoring_table(found).write(out)
    assert "Nobody" not in out.getvalue()


@pytest.mark.parametrize("text", ["0", "31", "sixteen", "-1", "1.5", "²"])
def test_a_threshold_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(SETTING, text)
    with pytest.raises(ConfigError, match="whole number from 1 to 30"):
        needed_days()


def test_sixteen_days_are_needed_unless_set_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert needed_days() == 16
    monkeypatch.setenv(SETTING, "12")
    assert needed_days() == 12


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-13-01", None, "from is '2026-13-01'; it must be a day like 2026-05-04"),
        ("2026-05-02", "2026-05-01", "it must end after it begins"),
        (None, "0001-01-01", "it must lie between 2000-01-01 and 2100-01-01"),
    ],
)
def test_a_period_that_is_none_is_refused(first: str | None, last: str | None, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Period.read(first, last, today=date(2026, 5, 4))
