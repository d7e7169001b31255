"""The crowd of the training benchmark moves as the simulated person does."""

import numpy as np
import pytest

from benchmarks import bodies
from benchmarks.bodies import Body
from station.board.person import STUMBLE_NM, STUMBLE_STEPS, Disturbance, Pendulum


def test_a_push_moves_the_crowd_as_it_moves_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "disturbance", lambda *_: Disturbance(0.0, 0.0, 0.5))
    crowd_mm = bodies._sway_mm([Body(2, push_s=0.5)], 1, 400, np.random.default_rng(0))[0]
    person = Pendulum("still")
    pushes_nm = [STUMBLE_NM[1] if 100 <= step < 100 + STUMBLE_STEPS else 0.0 for step in range(400)]
    person_mm = [person.step(0.0, 0.5, push_nm) for push_nm in pushes_nm]
    assert np.abs(crowd_mm).max() > 50
    assert crowd_mm == pytest.approx(np.array(person_mm), abs=1e-9)
