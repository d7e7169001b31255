"""Setup run again, on a machine on which something did not go well before."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from station.session.plates import Plates
from station.setup.change import Ran
from tests.test_session_plates import plate_file
from tests.test_setup import ANSWERS, Pi, _found, _live, _states, card  # noqa: F401 (a fixture)


def test_a_board_is_looked_at_anew_also_when_what_runs_could_not_be_started_again(
    card: Path,  # noqa: F811
) -> None:
    (card / "run/systemd/system").mkdir(parents=True)
    machine = Pi()
    machine.report = {"fit": True, "first": None}
    _live(card, machine).do()
    assert _states(_live(card, machine))["check"] == "done"
    (card / "etc/balance-station/station.toml").unlink()
    machine.fails = "try-restart"
    machine.report = {"fit": False, "first": "no GPIO found"}
    other = _live(card, machine, msgspec.structs.replace(ANSWERS, source="gpio"))
    assert not other.do()
    assert "no GPIO found" in _found(other)["check"].text


class Halfway(Pi):
    """`systemctl enable --now` enables, but what it starts ends badly."""

    def __call__(self, argv: Sequence[str], typed: str) -> Ran:
        ran = super().__call__(argv, typed)
        return Ran(1, "Job for balance-station.service failed") if "enable" in argv else ran


def test_units_that_did_not_start_are_taken_back_all_the_same(card: Path) -> None:  # noqa: F811
    machine = Halfway()
    assert not _live(card, machine).do()
    assert machine.enabled
    again = _live(card, machine)
    again.do()
    assert again.undo(["units"])
    assert not machine.enabled


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sim": True}, "was made on a simulated board; calibrate this one"),
        ({"station": "kitchen-9"}, "belongs to station kitchen-9, this is kitchen-7"),
    ],
)
def test_a_plate_that_is_not_of_this_board_is_no_calibration_of_it(
    card: Path,  # noqa: F811
    changes: dict[str, object],
    why: str,
) -> None:
    answers = msgspec.structs.replace(ANSWERS, station="kitchen-7", source="gpio")
    setup = _live(card, Pi(), answers)
    setup.do()
    assert "never calibrated" in _found(setup)["calibration"].text
    plates = Plates(card / "var/lib/balance-station/plates")
    own = {"station": "kitchen-7", "sim": False, "made": datetime.now(UTC).isoformat()}
    plates.install(plate_file(**{**own, **changes}))
    found = _found(setup)["calibration"]
    assert found.state == "by hand"
    assert why in found.text
    plates.install(plate_file(**own))
    assert _found(setup)["calibration"].state == "done"
