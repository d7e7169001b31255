"""An update step by step. Each step is written down before it is done, and may be done twice.

So power lost anywhere leaves a station that goes on from there: to the new version, or back to the old one.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, Protocol

import msgspec

from station.errors import StationError, UpdateError
from station.link.whole_file import PRIVATE, write_whole
from station.update.release import Package, Release, is_whole

HEALTHY_WITHIN_S: Final = 300.0
MOST_TRIES: Final = 3
MOST_BOOTS: Final = 3  # a new version that makes the computer start again and again is not healthy
STATE: Final = "state.json"
LOCK: Final = "lock"  # held for as long as somebody is at an update
NEW, KEPT = "new.deb", "kept.deb"
LOOKED_AT: Final = "looked-at.deb"  # until it is known to be the version that was signed
NEW_RELEASE, KEPT_RELEASE = "new.release", "kept.release"

Step = Literal["idle", "staged", "installing", "watching", "keeping", "returning", "done", "returned"]
UNDER_WAY: Final = ("staged", "installing", "watching", "keeping", "returning")


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How far an update has come. `number` is the highest taken; seconds are CLOCK_MONOTONIC of `boot`.

    `number_before` is what was the highest until this one was laid ready.
    """

    step: Step = "idle"
    number: int = 0
    number_before: int = 0
    before: str = ""
    after: str = ""
    boot: str = ""
    since_s: float = 0.0
    boots: int = 0
    tries: int = 0
    why: str = ""


class System(Protocol):
    """What is done to the computer; each may be done again after it was broken off."""

    def version(self) -> str:
        """Return the version installed, "" where none is whole."""
        ...

    def version_of(self, package: Path) -> str:
        """Return the version of a package that is a file. Raises UpdateError where it is none of ours."""
        ...

    def arm(self, kept: Path) -> None:
        """Lay ready what goes back to this package where the new program cannot start. Raises UpdateError."""
        ...

    def install(self, package: Path) -> None:
        """Put this package in the place of the one there is, and start it. Raises UpdateError."""
        ...

    def start(self) -> None:
        """Start the version there is."""
        ...

    def keep_data(self) -> None:
        """Keep a copy of the database as it is. Raises StationError."""
        ...

    def return_data(self) -> None:
        """Bring the database to a form that the version before reads; nothing finished is lost."""
        ...

    def trouble(self) -> str:
        """Return what is not well with the version that runs, "" when all is."""
        ...


class Update:
    """One update in `folder`, which nobody but its owner may write."""

    def __init__(
        self,
        folder: Path,
        system: System,
        *,
        boot: str,
        now_s: Callable[[], float],
        log: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._system = system
        self._boot = boot
        self._now_s = now_s
        self._log = log

    @property
    def state(self) -> State:
        """Return how far it has come. Raises UpdateError for a file that cannot be read."""
        try:
            return msgspec.json.decode((self._folder / STATE).read_bytes(), type=State)
        except FileNotFoundError:
            return State()
        except PermissionError:
            raise UpdateError("only root may see how far an update is; sudo before it") from None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UpdateError(
                f"{self._folder / STATE}: cannot be read ({error}); restore or remove it"
            ) from None

    def stage(self, new: tuple[Release, Package], kept: tuple[Release, Package] | None = None) -> None:
        """Lay the new package ready, and the way back: `kept`, or what an update before has kept.

        A package that is a file lies in the folder already, and is moved. Raises UpdateError; nothing began.
        """
        state = self.state
        if state.step in UNDER_WAY:
            raise UpdateError(f"an update to {state.after} is under way; wait until it has ended")
        release, package = new
        before = self._system.version()
        if not is_whole(release, package):
            raise UpdateError(f"{release.file} is not the file that was signed: fetch it again")
        if kept is not None:
            if kept[0].version != before or not is_whole(*kept):
                raise UpdateError(f"{kept[0].file} is not the package of version {before}")
            self._lay(KEPT, KEPT_RELEASE, *kept)
        if not self.has_way_back(before):
            raise UpdateError(
                f"there is no way back: the signed package of version {before} must lie beside the new one"
            )
        self._lay(NEW, NEW_RELEASE, release, package)
        self._go(
            State(
                step="staged",
                number=release.number,
                number_before=state.number,
                before=before,
                after=release.version,
            )
        )

    def call_off(self) -> str:
        """Forget an update that has not begun, as if it was never laid ready; return its version.

        Raises UpdateError where there is none, or it has begun: then only its end is waited for.
        """
        state = self.state
        if state.step not in UNDER_WAY:
            raise UpdateError("no update waits")
        if state.step != "staged":
            raise UpdateError(f"the update to {state.after} has begun ({state.step}); it is not broken off")
        self._go(State(number=state.number_before))
        for name in (NEW, NEW_RELEASE):
            (self._folder / name).unlink(missing_ok=True)
        return state.after

    def has_way_back(self, before: str) -> bool:
        """Return whether the package of this version is here, whole."""
        return self.way_back() == before

    def way_back(self) -> str:
        """Return the version whose package is here, whole; "" for none."""
        try:
            release = msgspec.json.decode((self._folder / KEPT_RELEASE).read_bytes(), type=Release)
            return release.version if is_whole(release, self._folder / KEPT) else ""
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return ""

    def advance(self) -> State:
        """Do the step that is due and return how far it is now. Raises StationError; then try again later."""
        state = self.state
        match state.step:
            case "staged":
                self._system.keep_data()
                state = self._go(_with(state, step="installing"))
            case "installing":
                state = self._install(state)
            case "watching":
                state = self._watch(state)
            case "keeping":
                state = self._keep(state)
            case "returning":
                state = self._return(state)
        return state

    def _install(self, state: State) -> State:
        if state.tries >= MOST_TRIES:
            return self._give_up(state, f"{state.after} could not be installed in {state.tries} tries")
        state = self._go(_with(state, tries=state.tries + 1))
        self._log(f"installing version {state.after}: some minutes, leave the station switched on")
        try:
            self._system.arm(self._folder / KEPT)
            self._system.install(self._folder / NEW)
        except UpdateError as error:
            return self._give_up(state, str(error))
        return self._go(_with(state, step="watching", boot=self._boot, since_s=self._now_s(), boots=1))

    def _watch(self, state: State) -> State:
        if self._system.version() == state.before:  # by the script that was laid ready, or by hand
            return self._give_up(state, "the version before was put back, since it did not look after itself")
        trouble = self._system.trouble()
        if not trouble and self._system.version() == state.after:
            self._log(f"version {state.after} is healthy")
            return self._go(_with(state, step="keeping", why=""))
        if self._boot != state.boot:
            if state.boots >= MOST_BOOTS:
                return self._give_up(state, f"the computer started {state.boots} times and was not well")
            return self._go(
                _with(state, boot=self._boot, since_s=self._now_s(), boots=state.boots + 1, why=trouble)
            )
        if self._now_s() - state.since_s >= HEALTHY_WITHIN_S:
            return self._give_up(state, trouble or f"version {self._system.version()} is installed instead")
        if trouble and trouble != state.why:
            self._log(f"version {state.after} is not well yet: {trouble}")
            state = self._go(_with(state, why=trouble))
        return state

    def _keep(self, state: State) -> State:
        """Make the new package the way back from the next one; from here on nothing returns to the old."""
        for name, to in ((NEW, KEPT), (NEW_RELEASE, KEPT_RELEASE)):
            if (self._folder / name).exists():
                (self._folder / name).replace(self._folder / to)
        return self._go(_with(state, step="done"))

    def _give_up(self, state: State, why: str) -> State:
        self._log(f"version {state.after} is not healthy: {why}; back to {state.before}")
        return self._go(_with(state, step="returning", why=why))

    def _return(self, state: State) -> State:
        """Go back, and never give that up: it is tried at every look.

        Where the version before is still whole, as when the new one was never put in place, it is only
        started: what kept apt from the one would keep it from the other.
        """
        self._system.return_data()
        if self._system.version() == state.before:
            self._system.start()
        else:
            self._system.install(self._folder / KEPT)
        self._log(f"version {state.before} is back")
        return self._go(_with(state, step="returned"))

    def _go(self, state: State) -> State:
        self._write(STATE, msgspec.json.encode(state))
        return state

    def _lay(self, name: str, named: str, release: Release, package: Package) -> None:
        """Lay a package ready that holds the version signed. Raises UpdateError: nothing is laid."""
        looked_at = self._folder / LOOKED_AT
        if isinstance(package, bytes):
            self._write(LOOKED_AT, package)
        else:
            _move(package, looked_at)
        try:
            refuse_other_version(release, self._system.version_of(looked_at))
        except UpdateError:
            looked_at.unlink(missing_ok=True)
            raise
        self._write(named, msgspec.json.encode(release))
        _move(looked_at, self._folder / name)

    def _write(self, name: str, content: bytes) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._folder / name, content, mode=PRIVATE)
        except (OSError, StationError) as error:
            raise UpdateError(f"{self._folder / name}: cannot be written ({error})") from error


def refuse_other_version(release: Release, inside: str) -> None:
    """Raise UpdateError where the package holds another version than was signed: it is never healthy."""
    if inside != release.version:
        raise UpdateError(
            f"{release.file} holds version {inside or 'of no number'} and was signed as {release.version}; "
            "ask for it to be signed again"
        )


def _move(package: Path, to: Path) -> None:
    try:
        package.replace(to)
    except OSError as error:
        raise UpdateError(f"{to}: cannot be written ({error})") from error


def _with(state: State, **changed: object) -> State:
    return msgspec.structs.replace(state, **changed)
