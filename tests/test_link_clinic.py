"""Brokers of a clinic and of a home pass on what is theirs to say and to hear, and nothing else."""

from pathlib import Path

from station.link.messages import HOST_STATE, down_topic, up_topic
from tests.certified import Peer, Site

RIGHTS = """
user bridge-1
topic write bal/v1/s/ward-1/up/#
topic read bal/v1/s/ward-1/down/#
"""


def test_a_clinic_passes_on_what_belongs_to_its_stations(tmp_path: Path) -> None:
    site = Site(tmp_path)
    files = {name: site.give(name) for name in ("ward-1", "stranger", "recorder-1", "bridge-1")}
    hospital = site.broker("care", acl=RIGHTS)
    clinic = site.broker("clinic", hospital=hospital.port)
    hospital.start()
    clinic.start()
    hospital.hear("as bridge-1")
    with (
        Peer(hospital.port, files["recorder-1"]) as recorder,
        Peer(clinic.port, files["ward-1"]) as ward,
        Peer(clinic.port, files["stranger"]) as stranger,
    ):
        recorder.subscribe("bal/v1/s/+/up/#")
        ward.subscribe("bal/v1/s/+/down/#", HOST_STATE)
        recorder.publish(HOST_STATE, b"there", retain=True)
        recorder.publish(down_topic("stranger", "ack"), b"not here")
        recorder.publish(down_topic("ward-1", "rx"), b"programme", retain=True)
        recorder.publish(down_topic("ward-1", "ack"), b"end")
        heard = ward.heard_until(lambda _, payload: payload == b"end")
        assert heard == [(HOST_STATE, b"there"), (down_topic("ward-1", "rx"), b"programme")]
        stranger.publish(up_topic("stranger", "event"), b"not enrolled with this clinic")
        ward.publish(up_topic("ward-1", "event"), b"step off")
        ward.publish(up_topic("ward-1", "event"), b"end")
        heard = recorder.heard_until(lambda _, payload: payload == b"end")
        assert heard == [(up_topic("ward-1", "event"), b"step off")]
    clinic.kill()
    hospital.kill()


def test_a_broker_at_home_keeps_what_is_said_while_the_line_is_down_and_speaks_for_its_station_only(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    files = {name: site.give(name) for name in ("home-1", "recorder-1")}
    care = site.broker("care")
    home = site.broker("home", hospital=care.port)
    care.start()
    home.start()
    care.hear("as home-1")
    with Peer(home.port, None, calls_itself="home-1") as station:
        station.subscribe("bal/v1/s/+/down/#")
        with Peer(care.port, files["recorder-1"]) as recorder:
            recorder.subscribe("bal/v1/s/+/up/#")
            station.publish(up_topic("home-2", "event"), b"not its own")
            station.publish(up_topic("home-1", "event"), b"step off")
            station.publish(up_topic("home-1", "event"), b"end")
            heard = recorder.heard_until(lambda _, payload: payload == b"end")
            assert heard == [(up_topic("home-1", "event"), b"step off")]
        care.kill()
        # Retained, so that it does not matter who is back first, the bridge or the recorder.
        station.publish(up_topic("home-1", "birth"), b"said meanwhile", retain=True)
        care.start()
        with Peer(care.port, files["recorder-1"]) as recorder:
            recorder.subscribe("bal/v1/s/+/up/#")
            care.hear("as home-1")
            recorder.publish(down_topic("home-2", "rx"), b"not here", retain=True)
            recorder.publish(down_topic("home-1", "rx"), b"end", retain=True)
            assert station.heard_until(lambda _, payload: payload == b"end") == []
            # What the killed broker did not confirm may come once more.
            again = recorder.heard_until(lambda _, payload: payload == b"said meanwhile")
            assert {topic for topic, _ in again} <= {up_topic("home-1", "event")}
    home.kill()
    care.kill()
