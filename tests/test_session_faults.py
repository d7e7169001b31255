"""A cable pulled in the middle of a hold, from the chip to the result: said at once, kept, and got over."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from station.errors import MessageError
from station.session.client import SessionClient
from station.session.protocol import Refused, SimulateFault, decode_command
from station.session.store import Store
from station.training.prescription import Exercise
from station.training.result import TrialResult
from station.training.snapshot import Snapshot
from station.training.words import BOARD_FAULT
from tests.test_session_service import RX, events, take, trials
from tests.virtual_station import POLL_NS, VirtualStation

S = 1_000_000_000
LONG = msgspec.structs.replace(
    RX, exercises=(Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=8),)
)


class Watcher:
    """A screen: it keeps every snapshot with the time at which it came."""

    def __init__(self, station: VirtualStation) -> None:
        self._station = station
        self._client = SessionClient(station.folder / "session.sock", name="screen")
        self.seen: list[tuple[float, Snapshot]] = []

    def watch(self, seconds: float) -> list[tuple[float, Snapshot]]:
        """Let time pass; return what was shown in it, with seconds from its beginning."""
        start_ns = self._station.clock.now_ns()
        shown: list[tuple[float, Snapshot]] = []
        while self._station.clock.now_ns() - start_ns < seconds * S:
            self._station.run(POLL_NS / S)
            now_s = (self._station.clock.now_ns() - start_ns) / S
            shown += [(now_s, n) for n in self._client.poll() if isinstance(n, Snapshot)]
        return shown

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    station = VirtualStation(tmp_path)
    yield station
    station.die()


def in_a_hold(station: VirtualStation) -> None:
    take(station, LONG)
    station.train()
    station.run_until(lambda: "hold_started" in station.kinds())
    station.run(2)


def pulled(trial: TrialResult) -> list[tuple[str, str | None]]:
    return [(span.fault, span.cell) for span in trial.faults]


def test_a_pulled_cable_is_said_within_half_a_second_and_no_cop_is_shown_meanwhile(
    station: VirtualStation,
) -> None:
    in_a_hold(station)
    watcher = Watcher(station)
    watcher.watch(0.1)
    station.say(SimulateFault(kind="unplugged", cells=("FR",)))
    shown = watcher.watch(0.8)
    said_s = next(at_s for at_s, snapshot in shown if snapshot.board_fault == BOARD_FAULT)
    gone_s = next(at_s for at_s, snapshot in shown if snapshot.live.x_mm is None)
    assert said_s <= 0.5
    assert gone_s <= 0.2
    assert all(s.live.x_mm is None and s.live.y_mm is None for at_s, s in shown if at_s >= gone_s)
    watcher.close()


def test_the_trial_says_which_cell_was_lost_and_when(station: VirtualStation) -> None:
    in_a_hold(station)
    station.say(SimulateFault(kind="unplugged", cells=("FR",), to_s=3))
    station.run_until(lambda: len(trials(station)) == 1)
    (broken,) = trials(station)
    assert broken.outcome == "fault"
    assert pulled(broken) == [("silent", "FR")]
    assert broken.faults[0].from_s == pytest.approx(2, abs=0.1)
    assert broken.faults[0].to_s == pytest.approx(2.55, abs=0.2)
    assert "hold_fault" in events(station)


def test_plugged_in_again_the_session_goes_on_without_a_restart(station: VirtualStation) -> None:
    in_a_hold(station)
    station.say(SimulateFault(kind="unplugged", cells=("FR",)))
    station.run(5)
    station.say(SimulateFault(kind="none", cells=("FR",)))
    station.run_until(lambda: "session_ended" in station.kinds())
    broken, whole = trials(station)
    assert (broken.outcome, whole.outcome) == ("fault", "done")
    assert whole.hold_s == pytest.approx(8, abs=0.05)
    assert whole.faults == ()


def test_a_cable_that_is_loose_for_a_moment_pauses_the_hold_and_is_told(station: VirtualStation) -> None:
    in_a_hold(station)
    station.say(SimulateFault(kind="unplugged", cells=("RL",), to_s=0.2))
    station.run_until(lambda: len(trials(station)) == 1)
    (trial,) = trials(station)
    assert trial.outcome == "done"
    assert trial.hold_s == pytest.approx(8, abs=0.05)
    assert pulled(trial) == [("silent", "RL")]
    assert trial.faults[0].to_s - trial.faults[0].from_s == pytest.approx(0.35, abs=0.2)
    assert "hold_resumed" in station.kinds()


@pytest.mark.parametrize(
    ("packet", "says"),
    [
        ('{"kind":"unplugged"}', "'unplugged' takes 1 cells, not 0"),
        ('{"kind":"swapped","cells":["FL","FL"]}', "'swapped' takes 2 cells"),
        ('{"kind":"late","cells":["FL"]}', "'late' takes 0 cells, not 1"),
        ('{"kind":"slow","cells":["XX"]}', "$.cells[0]"),
        ('{"kind":"burnt","cells":["FL"]}', "$.kind"),
        ('{"kind":"slow","cells":["FL"],"from_s":5,"to_s":4}', "to_s 4 is not after from_s 5"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_with_what_is_wrong(packet: str, says: str) -> None:
    with pytest.raises(MessageError) as refused:
        decode_command(packet.replace("{", '{"type":"simulate_fault",', 1).encode())
    assert says in str(refused.value)


def test_nothing_can_be_broken_on_a_real_board(station: VirtualStation) -> None:
    station.service._course.sim = False
    station.say(SimulateFault(kind="unplugged", cells=("FR",)))
    station.run(0.1)
    assert isinstance(station.heard[-1], Refused)
    assert "real board" in station.heard[-1].reason


def test_a_screen_says_that_the_care_team_knows_of_a_fault_only_once_it_does(station: VirtualStation) -> None:
    watcher = Watcher(station)
    station.run(2)
    station.say(SimulateFault(kind="unplugged", cells=("FL",)))
    told = [snapshot.care_told for _at_s, snapshot in watcher.watch(4)]
    assert told[0] == ""
    assert told[-1] == "on_its_way"
    assert "known" not in told
    with Store(station.folder / "station.sqlite3") as store:
        kinds = ("event", "reply", "result/trial", "result/session", "raw")
        sent = [row.id for kind in kinds for row in store.outbox(kind, after=0, limit=100)]
        store.acknowledged(tuple(sent))
        assert store.backlog().depth == 0
    assert watcher.watch(2)[-1][1].care_told == "known"
    watcher.close()
