"""Long lists come in pages: each says that it is one, together they hold everybody; alarms come first."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ui.care.models import Patient, Station
from ui.care.people.accounts import add_user
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.heard import Arrival
from ui.care.recording.intake import store
from ui.care.today.worklist import Item
from ui.care.views.paging import LINES_A_PART, ROWS_A_PAGE, part_of
from ui.care.views.worklist import MANY
from ui.care.words.reasons import GROUPS, NOW, ORDER, REASONS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

PASSWORD = "calm-river-71-stone"
LISTS = ("/", "/roster/", "/stations/", "/monitoring/", "/wall/")


def clinic(people: int) -> None:
    """Add as many people, each with a station that was never heard."""
    first = Patient.objects.count()
    numbers = range(first, first + people)
    made = Patient.objects.bulk_create(
        [Patient(name=f"Person {n:04d}", pseudonym=f"p-{n:04d}") for n in numbers]
    )
    Station.objects.bulk_create([Station(sid=f"home-{p.pseudonym[2:]}", patient=p) for p in made])


def logged_in(client: Client, role: str) -> Client:
    client.force_login(add_user(role, role=role, password=PASSWORD, all_patients=True))
    return client


def item(kind: str, number: int) -> Item:
    return Item(kind, f"cause:{number}", None, None, str, None, sim=False)


@pytest.mark.parametrize("alarms", [0, 3, LINES_A_PART, 5 * LINES_A_PART])
@pytest.mark.parametrize("others", [0, 1, LINES_A_PART, 3 * LINES_A_PART + 1])
def test_every_line_of_today_is_on_the_first_part_and_all_parts_hold_each_line_once(
    alarms: int, others: int
) -> None:
    urgent = [kind for kind, reason in REASONS.items() if reason.group == NOW]
    later = [kind for kind, reason in REASONS.items() if reason.group != NOW]
    found = [item(urgent[n % len(urgent)], n) for n in range(alarms)]
    found += [item(later[n % len(later)], alarms + n) for n in range(others)]
    found.sort(key=lambda line: ORDER[line.kind])
    first = part_of(found, 1)
    assert [line for line in found if line.reason.group == NOW] == list(first.lines[:alarms])
    parts = [part_of(found, number) for number in range(1, first.of + 1)]
    assert [line for part in parts for line in part.lines] == found
    assert [(p.first, p.last) for p in parts if p.lines] == [
        (1 + found.index(p.lines[0]), 1 + found.index(p.lines[-1])) for p in parts if p.lines
    ]
    assert part_of(found, 999) == parts[-1], "who asks for too many is shown the last"
    assert part_of(found, 0) == first


def test_reasons_are_ordered_by_their_groups_so_that_no_alarm_comes_after_a_lesser_line() -> None:
    groups = [reason.group for reason in REASONS.values()]
    assert groups == sorted(groups, key=list(GROUPS).index)


def test_a_list_of_reasons_says_which_lines_it_shows_of_how_many(client: Client) -> None:
    clinic(LINES_A_PART + 5)
    Patient.objects.update(created=timezone.now() - timedelta(days=9))
    logged_in(client, "therapist")
    page = client.get("/?why=no_programme").content.decode()
    assert f"Lines 1 to {LINES_A_PART} of {LINES_A_PART + 5}" in page
    rest = client.get("/?why=no_programme&part=2").content.decode()
    said = rest.index(f"Lines {LINES_A_PART + 1} to {LINES_A_PART + 5} of {LINES_A_PART + 5}")
    assert said < rest.index("data-item"), "what comes before is said before"
    assert page.count("data-item") == LINES_A_PART
    assert rest.count("data-item") == 5


@pytest.mark.parametrize(
    ("url", "rows_a_page", "seen"),
    [
        ("/roster/", ROWS_A_PAGE, r"<code>(p-\d{4})</code>"),
        ("/stations/", ROWS_A_PAGE, r"<code>home-(\d{4})</code>"),
        ("/monitoring/", 50, r"Person (\d{4})"),
        ("/", 40, r'<th scope="row"><a href="/patients/p-(\d{4})/">'),
    ],
)
def test_all_pages_together_show_everybody_once_and_each_says_that_it_is_one(
    client: Client, url: str, rows_a_page: int, seen: str
) -> None:
    people = rows_a_page + 3
    clinic(people)
    logged_in(client, "admin" if url != "/" else "therapist")
    if url == "/monitoring/":
        logged_in(client, "therapist")
    first, second = (client.get(url, {"page": number}).content.decode() for number in (1, 2))
    for number, page in enumerate((first, second), start=1):
        words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
        assert re.search(rf"{people} \w+ · page {number} of 2", words), url
    found = [re.findall(seen, page) for page in (first, second)]
    assert [len(set(of)) for of in found] == [rows_a_page, 3]
    assert not set(found[0]) & set(found[1])
    assert client.get(url, {"page": "999"}).status_code == 200
    assert client.get(url, {"page": "no number"}).status_code == 200


@pytest.mark.parametrize("others", [0, 1])
def test_of_very_many_patients_the_first_page_says_how_many_there_are_and_how_they_are_reached(
    client: Client, others: int
) -> None:
    row = '<th scope="row"><a href="/patients/'
    clinic(MANY + others)
    logged_in(client, "therapist")
    page = client.get("/").content.decode()
    assert page.count(row) == 40 * (others == 0)
    said = f"{MANY + others} patients: find one by name above, or look through the 6 pages."
    assert (said in page) is bool(others)
    assert 'id="find"' in page or not others
    assert client.get("/?page=6").content.decode().count(row) == others or not others
    found = client.get("/?name=person 0007").content.decode()
    assert found.count(row) == 1
    assert said not in found


def test_somebody_on_a_later_page_is_found_by_name_and_the_page_says_that_it_is_narrowed(
    client: Client,
) -> None:
    clinic(ROWS_A_PAGE + 3)
    logged_in(client, "admin")
    for url in ("/roster/", "/stations/"):
        page = client.get(url, {"name": "person 0102"}).content.decode()
        assert "Person 0102" in page
        assert "Person 0101" not in page
        assert "Show all" in page
        nobody = client.get(url, {"name": "nobody <b>"}).content.decode()
        assert "bears this name" in nobody
        assert "nobody &lt;b&gt;" in nobody


def test_no_list_asks_more_of_the_database_for_more_people(client: Client) -> None:
    counts: dict[str, list[int]] = {url: [] for url in LISTS}
    clinic(4)
    store([said for n in range(4) for said in _trained(n)])
    for more in (0, 150):
        clinic(more)
        for url in LISTS:
            logged_in(client, "admin" if url in {"/roster/", "/stations/"} else "therapist")
            client.get(url)  # what is asked once a session is asked here
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            counts[url].append(len(asked))
    for url, (few, many) in counts.items():
        assert many <= min(few, 30), url


def _trained(number: int) -> list[Arrival]:
    said, session = ExampleStation(f"home-{number:04d}", f"p-{number:04d}"), new_id()
    return [said.trial(session), said.session(session)]


def test_older_sessions_have_pages_that_together_hold_each_once(client: Client) -> None:
    clinic(1)
    said = ExampleStation("home-0000", "p-0000")
    sessions = [new_id() for _ in range(30)]
    store([message for id_ in sessions for message in (said.trial(id_), said.session(id_))])
    logged_in(client, "therapist")
    page, found = client.get("/patients/p-0000/", {"sessions": "more"}).content.decode(), []
    for number in (2, 3):
        found += re.findall(r'href="/trials/([0-9a-f-]+)/"', page)
        assert f"?sessions={number}#sessions" in page
        page = client.get("/patients/p-0000/", {"sessions": number}).content.decode()
        assert f"of {len(sessions)}, the newest first" in page
    assert "Older sessions" not in page
    assert "Newer sessions" in page
