"""Samples of somebody on a board, 100 a second, in their own time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from station.sway.reading import Fault, Sample

S = 1_000_000_000
STEP_NS = S // 100
WEIGHT_N = 600.0


@dataclass
class Board:
    """Yields samples one after another; `t_ns` is the time of the last one."""

    t_ns: int = 0

    def stand(
        self, seconds: float, *, load_n: float = WEIGHT_N, x_mm: float = 0.0, y_mm: float = 0.0
    ) -> Iterator[Sample]:
        for _ in range(round(seconds * 100)):
            self.t_ns += STEP_NS
            on = load_n >= 50
            quarter = load_n / 4
            yield Sample(
                self.t_ns,
                (quarter, quarter, quarter, quarter),
                load_n,
                x_mm if on else None,
                y_mm if on else None,
            )

    def move(
        self, seconds: float, place_mm: Callable[[float], tuple[float, float]], *, load_n: float = WEIGHT_N
    ) -> Iterator[Sample]:
        """Let the CoP go where `place_mm` says for each time from now on, in s."""
        from_ns = self.t_ns
        for _ in range(round(seconds * 100)):
            x_mm, y_mm = place_mm((self.t_ns + STEP_NS - from_ns) / S)
            yield from self.stand(0.01, load_n=load_n, x_mm=x_mm, y_mm=y_mm)

    def empty(self, seconds: float) -> Iterator[Sample]:
        return self.stand(seconds, load_n=0.0)

    def broken(self, seconds: float, fault: Fault = Fault.SILENT) -> Iterator[Sample]:
        for _ in range(round(seconds * 100)):
            self.t_ns += STEP_NS
            yield Sample(self.t_ns, (0.0, 0.0, 0.0, 0.0), 0.0, None, None, fault)
