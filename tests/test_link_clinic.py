"""A clinic's broker passes on what its own stations say, and what is meant for them, and nothing else."""

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
