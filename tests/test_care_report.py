"""The report of one patient: one page, true words, every letter."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pypdf import PdfReader
from pytest_django import DjangoDbBlocker

from station.errors import ConfigError
from tests.care_months import DAYS, FIRST, NAME, Months, prescribe, today, trained_once
from ui.care import catalogue
from ui.care.models import Patient, Station
from ui.care.out.languages import languages
from ui.care.out.period import Period
from ui.care.out.progress import ends, points, sway_ends, velocity_mm_s
from ui.care.out.record import Record, read_record
from ui.care.out.report import report
from ui.care.out.selection import OPERATOR
from ui.care.out.summary import summarize
from ui.care.out.typeface import printable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

PERIOD = Period(FIRST.date(), FIRST.date() + timedelta(days=2 * DAYS - 1))
Text = Callable[..., str]


@pytest.fixture(scope="module")
def months(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Months]:
    with trained_once(django_db_blocker, tmp_path_factory.mktemp("care")) as months:
        yield months


@pytest.fixture
def text() -> Text:
    """The words of a report as a reader of PDF finds them, the spaces between them as they come."""

    def read(patient: Patient, *, language: str = "en", paper: str = "A4", period: Period = PERIOD) -> str:
        pdf = report(OPERATOR, patient, period, language=language, paper=paper, now=today())  # type: ignore[arg-type]
        (page,) = PdfReader(io.BytesIO(pdf)).pages
        return re.sub(r"\s+", " ", page.extract_text())

    return read


def record_of(patient: Patient) -> Record:
    return read_record(OPERATOR, patient, PERIOD)


def test_a_report_says_who_when_and_what_in_one_page(months: Months, text: Text) -> None:
    words = text(months.anna)
    for said in (
        *(NAME, months.anna.pseudonym, "2 Mar 2026 to 25 Mar 2026", "Days trained", "of 10 planned"),
        *("Supported standing", "two hands → one hand", "22 % of the body weight at first, 9 % lately"),
        *("Calibration: nominal", "Algorithm: cop-1", "not a diagnostic device", "Pain rose by 2 or more"),
    ):
        assert said in words, said
    assert "SIMULATED" not in words


def test_a_report_of_simulated_data_says_so_at_its_head(months: Months, text: Text) -> None:
    assert "SIMULATED" in text(months.sim).split("Days trained")[0]


@pytest.mark.parametrize(("paper", "language"), [("A4", "tr"), ("Letter", "de"), ("Letter", "es")])
def test_a_report_fits_one_page_however_much_there_is(
    months: Months, text: Text, paper: str, language: str
) -> None:
    Patient.objects.filter(pk=months.anna.pk).update(name="Ğ" * 120)
    for version in range(3, 16):
        prescribe(
            Station.objects.get(sid="home-1"), version, FIRST + timedelta(days=version), version % 6 + 1
        )
    words = text(Patient.objects.get(pk=months.anna.pk), paper=paper, language=language)
    assert ": cop-1" in words
    assert "…" in words


def test_a_report_without_anything_says_so(text: Text) -> None:
    words = text(Patient.objects.create(name="Nobody Yet"))
    assert "Nothing was trained in this time." in words
    assert "No programme was in force." in words


def test_days_and_numbers_are_written_as_the_language_writes_them(months: Months) -> None:
    with translation.override("de"):
        summary = summarize(record_of(months.anna), now=today())
    assert summary.figures[3].value == "2,0 → 2,0"


def test_the_words_of_a_report_are_there_in_every_language() -> None:
    assert catalogue.stale() == []
    assert set(languages()) == {"en", *catalogue.LANGUAGES}


def test_a_report_is_not_written_half_in_a_language(months: Months, text: Text) -> None:
    with pytest.raises(ConfigError, match="reports are written in en"):
        text(months.anna, language="xx")


def test_every_letter_of_the_four_languages_can_be_printed() -> None:
    assert printable(
        "ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ abcçdefgğhıijklmnoöprsştuüvyz ÄÖÜäöüß ÁÉÍÑÓÚÜáéíñóúü¿¡ →−–×·²%"
    )
    assert not printable("Жанна")


def test_a_name_that_cannot_be_printed_gives_way_to_the_pseudonym(months: Months, text: Text) -> None:
    Patient.objects.filter(pk=months.anna.pk).update(name="Жанна")
    patient = Patient.objects.get(pk=months.anna.pk)
    assert text(patient).count(patient.pseudonym) == 2


def test_unlike_trials_are_never_in_one_line(months: Months) -> None:
    found = points(record_of(months.anna).trials, velocity_mm_s, PERIOD)
    assert len({point.like for point in found}) == 2
    assert all(point.like[3] in {"two-hands", "one-hand"} for point in found)


def test_a_change_within_the_measuring_error_is_called_none(months: Months) -> None:
    told = sway_ends(record_of(months.anna).trials)
    assert told is not None
    assert told.direction == "same"


def test_the_ends_that_are_compared_never_overlap() -> None:
    assert ends([1.0]) is None
    told = ends([1.0, 3.0, 5.0])
    assert told is not None
    assert (told.first, told.last) == (1.0, 5.0)


def test_days_are_planned_only_while_a_programme_was_in_force(months: Months) -> None:
    record = record_of(months.anna)
    assert len(record.days_trained) == DAYS
    assert record.days_planned == pytest.approx(24 * 3 / 7)


def test_what_leads_to_no_training_is_no_day_trained(months: Months) -> None:
    months.anna.sessions.update(trial_count=0)
    assert not record_of(months.anna).days_trained


def test_a_report_asks_the_database_as_often_for_a_year_as_for_a_week(months: Months) -> None:
    counts = []
    for period in (Period(date(2026, 3, 2), date(2026, 3, 8)), Period(date(2025, 4, 1), date(2026, 3, 31))):
        with CaptureQueriesContext(connection) as asked:
            summarize(read_record(OPERATOR, months.anna, period), now=today())
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8
