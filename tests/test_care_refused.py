"""What a station must refuse, over the whole way: care side, recorder, broker, uplink, session and back."""

from pathlib import Path

import pytest

from benchmarks.refused_way import IN_FORCE, send_all
from tests.conftest import Mosquitto

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

SAYS = {
    "one sent before, played again": "version 1 is not newer than version 5, in force",
    "an older version, never sent before": "version 3 is not newer than version 5, in force",
    "one for another station": "home-2",
    "one for another patient": "p-0123456789",
    "one beyond the device's limits": "exercise 1: a hold of 90 s is beyond this device's limit of 60 s",
    "one with a routine that is unknown there": "juggling",
    "one that has expired": "expired",
    "one signed by a stranger": "which this station was not enrolled with",
    "one changed after it was signed": "it was changed after it was signed",
    "one signed with a key replaced since": "which was retired on ",
}


def test_what_must_not_come_through_is_refused_and_the_care_team_reads_why(
    broker: Mosquitto, tmp_path: Path
) -> None:
    rows = send_all(tmp_path, broker.port)
    assert [row.sent for row in rows] == list(SAYS)
    for row in rows:
        assert SAYS[row.sent] in row.the_station_says
        theirs = row.sent != "one for another patient"  # nobody's page shows what is somebody else's
        assert (row.on_the_page, row.version_in_force) == (theirs, IN_FORCE), row
