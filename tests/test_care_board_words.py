"""What the care side says of how a station reads its board."""

from datetime import UTC, datetime

import pytest

from station.link.messages import Birth, ToldLimits
from station.training.health import BoardHealth
from station.training.prescription import Limits
from ui.care.words.board import board_words, certificate_words

GOOD = BoardHealth(
    source="gpio", priority=40, core=3, locked=True, gc_frozen=True, sps=(86.4, 87.0, 91.2, 83.1),
    noise_n=0.25, cal="cal-0123456789ab",
)  # fmt: skip


def test_plate_rates_noise_and_priority_stand_in_one_line() -> None:
    assert board_words(GOOD) == (
        "Plate cal-0123456789ab · 83 to 91 conversions a second · noise 0.25 N a cell · priority 40 on core 3"
    )


def test_a_refused_priority_and_restarts_are_said_with_the_reason() -> None:
    refused = BoardHealth(source="gpio", refused=("SCHED_FIFO: not permitted",), restarts=2, cal="nominal")
    assert board_words(refused) == (
        "Plate nominal · read without priority (SCHED_FIFO: not permitted) · restarted 2 times"
    )


def test_a_simulated_board_needs_no_priority() -> None:
    assert board_words(BoardHealth(sim=True, cal="nominal")) == "Plate nominal"


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (None, ""),
        ("2026-12-30T12:00:00Z", ""),
        ("2026-05-20T12:00:00Z", "its certificate ends on 2026-05-20 and is not renewed yet"),
        ("2026-04-01T12:00:00Z", "its certificate ends on 2026-04-01 and is not renewed yet"),
        ("some day", ""),
    ],
)
def test_a_certificate_is_spoken_of_in_its_last_month(until: str | None, said: str) -> None:
    birth = Birth(
        sw="1", cal="nominal", alg="cop-1", rx_version=None, outbox_depth=0, outbox_oldest_s=None,
        limits=ToldLimits.of(Limits()), sim=False, certificate_until=until,
    )  # fmt: skip
    assert certificate_words(birth, datetime(2026, 5, 4, tzinfo=UTC)) == said
