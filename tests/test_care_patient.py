"""A patient's page, notes and background; one trial, what is taken out of it, and two side by side."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from django.test import Client

from station.analysis.table import read_table
from station.link.messages import decode_body, decode_envelope
from ui.care.models import Background, Note, Session
from ui.care.people.accounts import add_user
from ui.care.recording.examples import ExampleStation, new_id, raw_trace
from ui.care.recording.intake import store
from ui.care.results import trial_story
from ui.care.results.adherence import calendar
from ui.care.results.background import known
from ui.care.results.course import session_rows
from ui.care.results.trial_story import story_of
from ui.care.trust.enrolment import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

PASSWORD = "calm-river-71-stone"
FIRST, SECOND, OTHER = new_id(), new_id(), new_id()
START = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
def home() -> ExampleStation:
    patient = enrol("home-1", "Anna Muster").patient
    assert patient
    said = ExampleStation("home-1", patient.pseudonym)
    store(
        [
            said.trial(new_id(), trial=FIRST), said.raw(FIRST), said.trial(new_id(), trial=SECOND),
            said.raw(SECOND), said.trial(new_id(), trial=OTHER, surface="foam"),
        ]
    )  # fmt: skip
    return said


@pytest.fixture
def therapist(client: Client) -> Client:
    client.force_login(add_user("therapist", role="therapist", password=PASSWORD, all_patients=True))
    return client


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_note_is_corrected_by_another_and_neither_is_lost(therapist: Client, home: ExampleStation) -> None:
    url = f"/patients/{home.subj}/"
    therapist.post(f"{url}notes/", {"text": "Walker in the kitchen."})
    first = Note.objects.get()
    therapist.post(f"{url}notes/", {"text": "Walker in the hall.", "corrects": str(first.pk)})
    page = text(therapist, url)
    assert page.index("Walker in the hall.") < page.index("Before the correction") < page.index("kitchen")
    again = therapist.post(f"{url}notes/", {"text": "Third.", "corrects": str(first.pk)}, follow=True)
    assert "corrected meanwhile" in again.content.decode()
    assert Note.objects.count() == 2
    with pytest.raises(TypeError, match="never changed"):
        first.save()
    with pytest.raises(TypeError, match="never removed"):
        first.delete()


def test_an_empty_or_endless_note_is_refused_with_its_length(therapist: Client, home: ExampleStation) -> None:
    for note in ("  ", "x" * 2001):
        page = therapist.post(f"/patients/{home.subj}/notes/", {"text": note}, follow=True).content.decode()
        assert f"this one has {len(note.strip())}. It was not kept." in page
    assert not Note.objects.exists()


def test_a_background_informs_and_what_is_left_empty_comes_from_the_programme() -> None:
    background = Background(surgery="fusion", height_cm=170, weight_kg=92)
    programme = {"surgery": "laminectomy", "surgery_date": "2026-01-05", "device": "cane"}
    lines = {line.label: line for line in known(background, programme, today=date(2026, 5, 4))}
    assert lines["Surgery"].value == "Fusion"
    assert "3 to 6 months" in lines["Surgery"].usual
    assert lines["Time since"].value == "17 weeks"
    assert lines["Walking aid"].source == "from the programme"
    assert lines["BMI"].value == "31.8"
    assert "30 and over" in lines["BMI"].usual


def test_a_background_is_entered_and_a_day_to_come_is_refused(
    therapist: Client, home: ExampleStation
) -> None:
    url = f"/patients/{home.subj}/background/"
    refused = therapist.post(url, {"surgery_date": "2999-01-01", "height_cm": "20"})
    assert refused.status_code == 422
    assert "is in the future" in refused.content.decode()
    assert not Background.objects.exists()
    therapist.post(url, {"surgery": "fusion", "surgery_date": "2026-01-05", "height_cm": "170"})
    assert "Fusion" in text(therapist, f"/patients/{home.subj}/")


def test_the_calendar_counts_days_against_the_plan(home: ExampleStation) -> None:
    Session.objects.all().update(started=START)
    days = calendar(session_rows(Session.objects.all()), [], [], now=START + timedelta(days=2), weeks=2)
    assert [week.trained for week in days.weeks] == [0, 1]  # three sessions on one day are one day
    assert days.weeks[1].planned is None
    assert days.share_percent is None
    assert [day.state for day in days.weeks[1].days] == ["on", "on", "on", *["ahead"] * 4]


def test_a_trial_is_taken_out_as_csv_that_analysis_reads_and_as_received(
    therapist: Client, home: ExampleStation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    answer = therapist.get(f"/trials/{FIRST}/path.csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "sim" in answer.headers["Content-Disposition"]
    file = tmp_path_factory.mktemp("csv") / "trial.csv"
    file.write_bytes(answer.content)
    assert read_table(file)
    document = json.loads(therapist.get(f"/trials/{FIRST}/received.json").content)
    assert document["result"]["trial"] == FIRST
    assert decode_body(decode_envelope(json.dumps(document["raw"]).encode()))
    assert therapist.get(f"/trials/{OTHER}/path.csv").status_code == 404


def test_a_pause_of_the_hold_is_told_with_what_the_hands_carried(home: ExampleStation) -> None:
    halves = ((1_000_000_000, 8_000_000_000), (9_500_000_000, 21_000_000_000))
    paused = msgspec.structs.replace(raw_trace(FIRST), spans_ns=halves)
    story = story_of(paused, body_weight_n=1000.0, limit_percent=40.0, sim=True)
    assert [part.counted for part in story.parts] == [True, False, True]
    assert story.paused_s == pytest.approx(1.5)
    assert story.parts[0].support_percent == pytest.approx(30, abs=0.5)


def test_what_the_hands_carried_is_told_where_readings_are_missing() -> None:
    missing = np.full(100, np.nan)
    path = SimpleNamespace(t_ns=np.arange(200) * 10_000_000)
    support = np.concatenate([np.full(100, 12.0), missing])
    assert trial_story._mean(path, 0, (0.0, 2.0), support) == pytest.approx(12.0)  # type: ignore[arg-type]
    assert trial_story._mean(path, 0, (1.0, 2.0), support) is None  # type: ignore[arg-type]


def test_like_trials_are_compared_and_others_refused_with_the_reason(
    therapist: Client, home: ExampleStation
) -> None:
    url = f"/patients/{home.subj}/compare/"
    page = text(therapist, f"{url}?a={FIRST}&b={SECOND}")
    assert page.count("<ellipse") == 2
    assert "no change can be told" in page
    refused = text(therapist, f"{url}?a={FIRST}&b={OTHER}")
    assert "These two are not compared: different surface: firm and foam." in refused
    assert "<ellipse" not in refused


def test_a_trial_of_somebody_else_is_not_compared(therapist: Client, home: ExampleStation) -> None:
    other = enrol("home-2", "Ben").patient
    assert other
    url = f"/patients/{other.pseudonym}/compare/?a={FIRST}&b={SECOND}"
    assert therapist.get(url).status_code == 404


def test_an_exercise_beside_the_board_has_no_sway(therapist: Client, home: ExampleStation) -> None:
    walked = new_id()
    store(
        [
            home.trial(
                new_id(), trial=walked, routine="walk", kind="guided", stance="off", count=10, hold_s=0.0,
                target_hold_s=0.0, measures={}, quality={}, body_weight_n=None,
            )
        ]
    )  # fmt: skip
    page = text(therapist, f"/trials/{walked}/")
    assert "no sway is made up for it" in page
    assert "Stabilogram" not in page


def test_the_colours_chosen_are_kept(therapist: Client) -> None:
    answer = therapist.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"
    assert 'data-theme="dark"' in text(therapist, "/")
    therapist.post("/theme/", {"theme": "", "next": "/"})
    assert "data-theme" not in text(therapist, "/")
