"""A possible fall: the load was gone at once in the middle of a hold, and nobody came back."""

from collections import deque
from math import hypot
from typing import Final

from station.sway.reading import Fault, Sample

S: Final = 1_000_000_000
BACK_S: Final = 10.0  # nobody back on the board for so long, and the person is asked
ANSWER_S: Final = 30.0  # no answer for so long, and the care team is told
ON_BOARD_N: Final = 150.0
ON_BOARD_S: Final = 0.3
# Load is gone at once when it goes from what the person stood with (this share of it) to a step-off in less
# time than anybody steps down in; or within half a second after the CoP shot away.
STOOD_SHARE: Final = 0.85
FASTER_THAN_STEPPING_S: Final = 0.26
SUDDEN_S: Final = 0.5
SHOT_MM_S: Final = 450.0
SHOT_WITHIN_S: Final = 1.5
SPEED_S: Final = 0.08  # over which the CoP's speed is taken


class SuddenLoss:
    """Knows whether a load that is gone went at once: `gone_ns` is when it did, None while it is there."""

    def __init__(self) -> None:
        self.gone_ns: int | None = None
        self._highest: deque[tuple[int, float]] = deque()  # falling loads, each the highest since its time
        self._places: deque[Sample] = deque()
        self._stood_ns = 0
        self._shot_ns: int | None = None

    def step(self, sample: Sample, *, gone: bool) -> None:
        """Take the next sample of a board that measures, and whether the load on it is nobody's."""
        if not gone:
            self.gone_ns = None
            self._standing(sample)
        elif self._highest:
            self.gone_ns = sample.t_ns if self._at_once(sample.t_ns) else None
            self._highest.clear()
            self._places.clear()

    def _standing(self, sample: Sample) -> None:
        while self._highest and self._highest[-1][1] <= sample.load_n:
            self._highest.pop()
        self._highest.append((sample.t_ns, sample.load_n))
        while sample.t_ns - self._highest[0][0] > SUDDEN_S * S:
            self._highest.popleft()
        self._places.append(sample)
        while sample.t_ns - self._places[0].t_ns > SPEED_S * S:
            self._places.popleft()
        if sample.load_n < STOOD_SHARE * self._highest[0][1]:
            return
        self._stood_ns = sample.t_ns
        if _apart_mm(sample, self._places[0]) > SHOT_MM_S * SPEED_S:
            self._shot_ns = sample.t_ns

    def _at_once(self, t_ns: int) -> bool:
        took_s = (t_ns - self._stood_ns) / S
        shot = self._shot_ns is not None and t_ns - self._shot_ns <= SHOT_WITHIN_S * S
        return took_s <= FASTER_THAN_STEPPING_S or (shot and took_s <= SUDDEN_S)


def _apart_mm(one: Sample, other: Sample) -> float:
    if one.x_mm is None or one.y_mm is None or other.x_mm is None or other.y_mm is None:
        return 0.0
    return hypot(one.x_mm - other.x_mm, one.y_mm - other.y_mm)


class FallWatch:
    """Watches from the moment the load was gone until somebody answers or is back.

    `asking` becomes true when the person should be asked, `unanswered` when the care team must be told.
    """

    def __init__(self, gone_ns: int) -> None:
        self._gone_ns = gone_ns
        self._asked_ns: int | None = None
        self._on_board_ns: int | None = None
        self.asking = False
        self.unanswered = False
        self.over = False

    def step(self, sample: Sample) -> None:
        """Take the next sample. Once the person has been asked, only an answer ends it."""
        if self._asked_ns is not None:
            self.unanswered = sample.t_ns - self._asked_ns >= ANSWER_S * S
        elif self._is_back(sample):
            self.over = True
        elif sample.t_ns - self._gone_ns >= BACK_S * S:
            self.asking = True
            self._asked_ns = sample.t_ns

    def _is_back(self, sample: Sample) -> bool:
        # A board that gives no numbers has not seen anybody come back.
        if sample.fault is not Fault.NONE or sample.load_n < ON_BOARD_N:
            self._on_board_ns = None
            return False
        if self._on_board_ns is None:
            self._on_board_ns = sample.t_ns
        return sample.t_ns - self._on_board_ns >= ON_BOARD_S * S
