"""Who stands on the simulated plate, since when, and how much the hands carry."""

from typing import Final, Protocol

from station.board.load import EMPTY, Forces, Plate
from station.board.motion import CalfRaises, OtherFoot, Ramp, Side
from station.board.person import Manner, Stance, Surface, Vision
from station.board.recording import Recording

STEP_NS: Final = 600_000_000  # stepping on or off takes this long
FIRST_FOOT: Final = 0.5  # of the load of the other side is on the first foot when it comes down
FALL_AFTER_NS: Final = 350_000_000  # from losing balance to leaving the board
FALL_NS: Final = 250_000_000
LEAN_NS: Final = 1_000_000_000
GRASP_NS: Final = 1_000_000_000  # taking hold or letting go
PRESS_NS: Final = 1_500_000_000  # a hand on a corner, and how hard it presses
PRESS_N: Final = 120.0


class Body(Protocol):
    """What can stand on the plate."""

    duration_ns: int | None

    def begin(self, t_ns: int) -> None:
        """Start standing at this time."""
        ...

    def take(self, manner: Manner, hands_share: float) -> None:
        """Stand like this from now on."""
        ...

    def stumble(self) -> None:
        """Lose balance and catch oneself."""
        ...

    def forces_n(self, t_ns: int) -> Forces:
        """Return the force on each cell when nothing is carried by the hands."""
        ...


class RecordedPerson:
    """A recording that runs from the moment somebody steps on."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.duration_ns: int | None = recording.duration_ns
        self._begun_ns = 0

    @property
    def start_ns(self) -> int:
        """The clock's time at the recording's second zero."""
        return self._begun_ns - round(self.recording.first_s * 1e9)

    def begin(self, t_ns: int) -> None:
        """Start at the first row."""
        self._begun_ns = t_ns

    def take(self, manner: Manner, hands_share: float) -> None:
        """Change nothing: a recording sways as it did."""

    def stumble(self) -> None:
        """Change nothing, likewise."""

    def forces_n(self, t_ns: int) -> Forces:
        """Return the recorded force on each cell."""
        return self.recording.forces_n(t_ns - self._begun_ns)


class Standing:
    """One body that steps on and off; a `Load`. It steps off by itself when it has no more to show."""

    def __init__(self, body: Body, plate: Plate = Plate()) -> None:  # noqa: B008 a tuple that never changes
        self.body = body
        self._plate = plate
        self._presence = Ramp(0.0, STEP_NS)
        self._hands = Ramp(0.0, GRASP_NS)
        self._lean = (Ramp(0.0, LEAN_NS), Ramp(0.0, LEAN_NS))  # shares of the load moved right and forward
        self._target_mm = (Ramp(0.0, LEAN_NS), Ramp(0.0, LEAN_NS))  # from where the body stands upright
        self._raises: CalfRaises | None = None
        self._other_foot = OtherFoot()
        self._leaves_ns: int | None = None
        self._pressed: tuple[int, int] | None = None  # which corner, since when
        self._placed = EMPTY  # something that lies on the plate beside whoever stands there

    @property
    def on_board(self) -> bool:
        """Whether somebody stands there or is stepping on."""
        return self._presence.target > 0

    def step_on(self, t_ns: int) -> None:
        """Begin to stand; somebody who stands already goes on standing."""
        if self.on_board:
            return
        self.body.begin(t_ns)
        self._raises = None
        self._other_foot.lift(t_ns)
        self._presence.move(1.0, t_ns)
        duration_ns = self.body.duration_ns
        self._leaves_ns = None if duration_ns is None else t_ns + duration_ns

    def step_off(self, t_ns: int) -> None:
        """Leave the board."""
        self._leaves_ns = None
        if self.on_board:
            self._presence.move(0.0, t_ns)

    def press(self, t_ns: int, cell: int) -> None:
        """Press on one corner for a moment."""
        self._pressed = cell, t_ns

    def place(self, forces_n: Forces) -> None:
        """Lay something still on the plate, instead of what lay there."""
        self._placed = forces_n

    def stand(
        self,
        t_ns: int,
        *,
        stance: Stance | None = None,
        vision: Vision | None = None,
        surface: Surface | None = None,
        hands_share: float | None = None,
        sway_factor: float | None = None,
    ) -> None:
        """Change how to stand; None leaves it as it is. A stance puts both feet where it wants them."""
        if hands_share is not None and hands_share != self._hands.target:
            self._hands.move(hands_share, t_ns)
        if stance is not None:
            self._other_foot.lift(t_ns)
        self.body.take(Manner(stance, vision, surface, sway_factor), self._hands.target)

    def lean(self, t_ns: int, across: float, along: float) -> None:
        """Lean to the right and forward, each from -1 (the left or rear edge) to 1; 0, 0 is upright."""
        self._lean[0].move(across, t_ns)
        self._lean[1].move(along, t_ns)

    def lean_to(self, t_ns: int, x_mm: float, y_mm: float, *, within_ns: int = LEAN_NS) -> None:
        """Bring the CoP so far to the right and forward of where it is upright; 0, 0 is upright."""
        for ramp, mm in zip(self._target_mm, (x_mm, y_mm), strict=True):
            ramp.move(mm, t_ns, duration_ns=within_ns)

    def raise_calves(self, t_ns: int, count: int) -> None:
        """Rise onto the toes and come down again, so many times; 0 stays flat."""
        self._raises = CalfRaises(t_ns, count, seed=f"raises {t_ns}") if count else None

    def touch_down(self, t_ns: int, side: Side) -> None:
        """Put the other foot down on this side, as somebody does who stood on one leg."""
        if self.on_board:
            self._other_foot.come_down(t_ns, side)

    def stumble(self) -> None:
        """Lose balance and catch oneself on the board."""
        if self.on_board:
            self.body.stumble()

    def fall(self, t_ns: int) -> None:
        """Lose balance and be off the board a moment later."""
        if self.on_board:
            self.body.stumble()
            self._leaves_ns = None
            self._presence.move(0.0, t_ns + FALL_AFTER_NS, duration_ns=FALL_NS)

    def forces_n(self, t_ns: int) -> Forces:
        """Return the force on each cell."""
        forces_n = self._stood_n(t_ns)
        if self._placed is not EMPTY:
            forces_n = Forces._make(n + placed for n, placed in zip(forces_n, self._placed, strict=True))
        if self._pressed is None or not 0 <= t_ns - self._pressed[1] < PRESS_NS:
            return forces_n
        pressed = self._pressed[0]
        return Forces._make(n + PRESS_N * (cell == pressed) for cell, n in enumerate(forces_n))

    def _stood_n(self, t_ns: int) -> Forces:
        if self._leaves_ns is not None and t_ns >= self._leaves_ns:
            self.step_off(self._leaves_ns)
        presence = self._presence.at(t_ns)
        if presence == 0:
            return EMPTY
        # The first foot on, and the last one off, is the left one.
        across, along = self._lean[0].at(t_ns) - FIRST_FOOT * (1 - presence), self._lean[1].at(t_ns)
        forces_n = self.body.forces_n(t_ns)
        if across or along:
            forces_n = _shifted(forces_n, across, along)
        forces_n = self._brought(forces_n, t_ns)
        share = presence * (1 - self._hands.at(t_ns)) * self._other_foot.strike(t_ns)
        return Forces._make(share * n for n in forces_n)

    def _brought(self, forces_n: Forces, t_ns: int) -> Forces:
        """Move the CoP to where leaning, calves and the other foot bring it, as far as the plate reaches."""
        x_mm = self._target_mm[0].at(t_ns) + self._other_foot.aside_mm(t_ns)
        y_mm = self._target_mm[1].at(t_ns)
        if self._raises is not None:
            y_mm += self._raises.forward_mm(t_ns)
        if not x_mm and not y_mm:
            return forces_n
        load_n, at_x_mm, at_y_mm = self._plate.cop_of(forces_n)
        half_x_mm, half_y_mm = self._plate.width_mm / 2, self._plate.length_mm / 2
        return self._plate.corners_n(
            load_n,
            min(max(at_x_mm + x_mm, -half_x_mm), half_x_mm),
            min(max(at_y_mm + y_mm, -half_y_mm), half_y_mm),
        )


def _shifted(forces_n: Forces, across: float, along: float) -> Forces:
    """Move this share of the load of the other side to the right (left if negative) and forward."""
    fl_n, fr_n, rl_n, rr_n = forces_n
    fl_n, fr_n = _moved(fl_n, fr_n, across)
    rl_n, rr_n = _moved(rl_n, rr_n, across)
    rl_n, fl_n = _moved(rl_n, fl_n, along)
    rr_n, fr_n = _moved(rr_n, fr_n, along)
    return Forces(fl_n, fr_n, rl_n, rr_n)


def _moved(from_n: float, to_n: float, share: float) -> tuple[float, float]:
    moved_n = share * (from_n if share > 0 else to_n)
    return from_n - moved_n, to_n + moved_n
