"""One recorder of several going away does not say that the care side is away."""

import json
from typing import Any

from station.link.messages import HOST_STATE, host_topic
from ui.care.recording.host import AGAIN_S, Host, Said


class Broker:
    """What is retained, and who hears it."""

    def __init__(self, *names: str) -> None:
        self.retained: dict[str, Any] = {}
        self.hosts = {name: Host(name) for name in names}
        for host in self.hosts.values():
            self.take(*host.here(0.0, backlog=0))

    def take(self, *said: Said) -> None:
        for topic, payload in said:
            self.retained[topic] = json.loads(payload)
            for host in list(self.hosts.values()) if topic == HOST_STATE else ():
                self.take(*host.heard(payload, 1.0, backlog=0))

    def kill(self, name: str) -> None:
        self.take(Said(HOST_STATE, self.hosts.pop(name).will()))

    def online(self, topic: str) -> bool:
        return bool(self.retained[topic]["online"])


def test_while_one_recorder_is_there_the_care_side_is_there() -> None:
    broker = Broker("1", "2")
    broker.kill("1")
    assert broker.online(HOST_STATE)
    assert not broker.online(host_topic("1")), "the other one notes its end"
    assert broker.online(host_topic("2"))


def test_when_the_last_one_is_killed_or_leaves_nobody_is_there() -> None:
    broker = Broker("1", "2")
    broker.kill("2")
    broker.take(*broker.hosts.pop("1").gone())
    assert not broker.online(HOST_STATE)
    assert not broker.online(host_topic("1"))


def test_a_recorder_tells_its_version_its_start_what_waits_and_how_its_database_is() -> None:
    host = Host("1")
    (_, own) = host.here(0.0, backlog=3)
    state = json.loads(own.payload)
    assert (own.topic, state["name"], state["backlog"], state["database"]) == (
        "bal/v1/host/1/state",
        "1",
        3,
        "ok",
    )
    assert state["sw"]
    assert state["since"] <= state["t"]


def test_a_database_that_takes_nothing_is_said_at_once_and_the_rest_once_a_minute() -> None:
    host = Host("1")
    list(host.here(0.0, backlog=0))
    assert list(host.news(AGAIN_S - 1, backlog=7)) == []
    host.database(takes=False)
    (said,) = host.news(AGAIN_S - 1, backlog=7)
    assert json.loads(said.payload)["database"] == "takes nothing"
    assert list(host.news(AGAIN_S, backlog=7)) == []
    assert len(list(host.news(2 * AGAIN_S, backlog=7))) == 1


def test_a_name_that_is_no_topic_still_makes_one() -> None:
    assert host_topic("a/b+#") == "bal/v1/host/a-b--/state"
