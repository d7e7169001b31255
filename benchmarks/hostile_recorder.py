"""Malformed and hostile messages at the recorder's database: nothing raised, nothing kept in part.

A module of its own, since Django wants to be set up before its models are imported.
"""

import json
import logging
import os
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import django
from django.core.management import call_command

from benchmarks.spoiling import spoil
from station.link.messages import decode_body, decode_envelope
from station.training.result import TrialResult

if TYPE_CHECKING:
    from ui.care.recording.heard import Arrival

BATCH: Final = 50
TOPICS: Final = (
    "", "bal", "bal/v1/s/x/down/ack", "bal/v1/s//up/event", "bal/v2/s/x/up/event", "ü/\x01", "a" * 70_000
)  # fmt: skip


class Row(NamedTuple):
    """What became of the spoiled messages, and of the good ones among them."""

    messages: int
    used_all_the_same: int
    kept_as_refused: int
    raised: int
    kept_in_part: int
    good_ones_lost: int


def at_the_recorder(messages: int, folder: Path, *, seed: int) -> Row:
    """Give the recorder's database this many, with a good one in every batch."""
    use_database_in(folder)
    from ui.care.recording.intake import store

    rng, counts = random.Random(seed), Counter[str]()
    good: list[str] = []
    for begun in range(0, messages, BATCH):
        arrivals, fine = _batch(rng, min(BATCH, messages - begun))
        try:
            receipts = {receipt.id for receipt in store(arrivals)}
        except Exception:  # noqa: BLE001 what is counted here is that there is none
            counts["raised"] += 1
            continue
        good.append(fine)
        counts["lost"] += fine not in receipts
    return _kept(messages, counts, good)


def use_database_in(folder: Path) -> None:
    os.environ["BALANCE_CARE_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ui.care.settings"
    django.setup()
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)


def _batch(rng: random.Random, count: int) -> tuple[list["Arrival"], str]:
    """Return spoiled messages with a good one among them, and its id."""
    from ui.care.recording.examples import ExampleStation, new_id

    station = ExampleStation(f"home-{rng.randrange(20)}", "p-0123456789")
    session, arrivals = new_id(), []
    made = (
        lambda: station.trial(session),
        lambda: station.session(session),
        lambda: station.journal(session),
        lambda: station.event("step_off"),
        lambda: station.reply(1, "applied"),
        lambda: station.state(online=True),
        station.birth,
    )
    for _ in range(count):
        arrival = rng.choice(made)()
        topic = rng.choice(TOPICS) if rng.random() < 0.05 else arrival.topic
        arrivals.append(arrival._replace(topic=topic, payload=spoil(rng, arrival.payload)))
    fine = station.trial(new_id())
    arrivals.insert(rng.randrange(len(arrivals) + 1), fine)
    return arrivals, json.loads(fine.payload)["id"]


def _kept(messages: int, counts: Counter[str], good: list[str]) -> Row:
    """Count what is in the database, and what is there in part: a message without what it means."""
    from ui.care import models

    kept = {str(id_): kind for id_, kind in models.Message.objects.values_list("pk", "type")}
    counts["lost"] += sum(id_ not in kept for id_ in good)
    meant = {
        "result/journal": models.Journal.objects.count(),
        "event": models.Event.objects.count(),
    }
    in_part = sum(abs(Counter(kept.values())[kind] - count) for kind, count in meant.items())
    trials = {str(id_) for id_ in models.Trial.objects.values_list("pk", flat=True)}
    for (payload,) in models.Message.objects.filter(type="result/trial", known=True).values_list("payload"):
        result = decode_body(decode_envelope(bytes(payload)))
        in_part += not isinstance(result, TrialResult) or result.trial.lower() not in trials
    refused = models.Refused.objects.count()
    return Row(messages, len(kept) - len(good), refused, counts["raised"], in_part, counts["lost"])
