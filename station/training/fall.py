"""A possible fall: the load was gone at once in the middle of a hold, and nobody came back."""

from typing import Final

from station.sway.reading import Fault, Sample

S: Final = 1_000_000_000
BACK_S: Final = 10.0  # nobody back on the board for so long, and the person is asked
ANSWER_S: Final = 30.0  # no answer for so long, and the care team is told
ON_BOARD_N: Final = 150.0
ON_BOARD_S: Final = 0.3
# Load that goes from this share of body weight to a step-off within half a second was not stepped off with.
STANDING_SHARE: Final = 0.6
SUDDEN_S: Final = 0.5


class SuddenLoss:
    """Knows whether a load that is gone went at once: `gone_ns` is when it did, None while it is there."""

    def __init__(self) -> None:
        self.gone_ns: int | None = None
        self._standing_ns = 0

    def step(self, sample: Sample, body_weight_n: float, *, gone: bool) -> None:
        """Take the next sample of a board that measures, and whether the load on it is nobody's."""
        if sample.load_n >= STANDING_SHARE * body_weight_n:
            self._standing_ns = sample.t_ns
        if not gone:
            self.gone_ns = None
        elif self.gone_ns is None and sample.t_ns - self._standing_ns <= SUDDEN_S * S:
            self.gone_ns = sample.t_ns


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
