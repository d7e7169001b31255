"""The configuration: one TOML file, checked whole at start; its defaults work with nothing attached."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from station.board.config import BoardConfig, ReaderName
from station.errors import ConfigError
from station.link.loopback import is_loopback
from station.plainly import plainly
from station.session.panel_config import PanelConfig
from station.sway.reading import CELLS
from station.training.prescription import Limits
from station.training.routine import Routine, routines_with

DEFAULT_PATH = Path("/etc/balance-station/station.toml")
DATABASE = "station.sqlite3"  # in the state folder
# Of the installed units: what root and the station's own user mean when they name no other.
INSTALLED_STATE = Path("/var/lib/balance-station")
INSTALLED_SOCKET = Path("/run/balance-station/session.sock")
OF_ONE_MACHINE = "is for a simulated board and a broker on this machine"
ENROLMENT = "enrolment.json"  # in the folder of the enrolment
THIS_MACHINE, PLAIN_PORT = "127.0.0.1", 1883  # of a broker of which only a part is named

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class StationConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who this station is and where it keeps things.

    In a `clinic` several people share it: each says with a number who trains now.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")] = "station-1"
    subj: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None  # pseudonym of its patient
    state: str = ""  # folder of database and socket; empty: systemd's, else the user's own
    clinic: bool = False

    def __post_init__(self) -> None:
        """Refuse one patient for a station that several share. Raises ValueError."""
        if self.clinic and self.subj is not None:
            message = "clinic and subj exclude each other: a station that several share belongs to nobody"
            raise ValueError(message)


class SourceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where readings come from: `simulate`, `replay:FILE`, `gpio` for the real board, or `wii`.

    `reader` is what reads the real board: the station's own driver, or the PyPI package `hx711`.
    `imperfect` is a simulated board that has to be calibrated: span and place of its cells are off. `rested`
    lets the simulated person train as often as one likes; a real one needs the rest. `clock` is whose word is
    taken on this machine's clock: the kernel's, or (`trust`) its own, where nobody sets it from a network.
    """

    source: Annotated[str, msgspec.Meta(pattern=r"^(simulate|gpio|wii|replay:.+)$")] = "simulate"
    reader: ReaderName = "station"
    seed: Annotated[int, msgspec.Meta(ge=0)] = 1
    imperfect: bool = False
    rested: bool = False
    clock: Literal["kernel", "trust"] = "kernel"

    def __post_init__(self) -> None:
        """Refuse for a real person what is for trying out only. Raises ValueError."""
        if self.rested and not self.sim:
            message = "rested is for a simulated board; a person on a real one needs rest between sessions"
            raise ValueError(message)
        if self.clock == "trust" and not self.sim:
            raise ValueError(
                f'clock = "trust" {OF_ONE_MACHINE}; on a real one a date nobody set is not believed'
            )

    @property
    def sim(self) -> bool:
        """Whether no real board is behind it."""
        return self.source not in {"gpio", "wii"}


class CareConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The care team's broker, and whose signatures this station accepts (Ed25519 public keys, base64).

    `ca`, `certificate` and `key` are PEM files, or names of systemd's credentials; `balance-station enrol`
    sets all of this. Without them the broker must be on this machine, and without `host` and `port` too there
    is none. `keys_version` is that of the keyring the keys are of; a certificate is renewed over the link in
    its last `renew_days` (0: never).
    """

    host: Annotated[str, msgspec.Meta(pattern=r"^\S+$", max_length=253)] | None = None
    port: Port | None = None
    keys: tuple[bytes, ...] = ()
    keys_version: Annotated[int, msgspec.Meta(ge=0)] = 0
    renew_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 30
    ca: str = ""
    certificate: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        """Refuse half of what TLS needs. Raises ValueError."""
        files = (self.ca, self.certificate, self.key)
        if any(files) and not all(files):
            message = "ca, certificate and key belong together; name all three, or none"
            raise ValueError(message)

    @property
    def names_broker(self) -> bool:
        """Whether anybody has said where the care team's broker is; else this station speaks to none."""
        return self.host is not None or self.port is not None or bool(self.ca)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the broker; of what is not said, a plain broker of this machine's."""
        return self.host or THIS_MACHINE, self.port or PLAIN_PORT


class LinkConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes to the care team beside results: the `raw` traces of trials, each some 14 kB for 30 s.

    `idle` sends them while nobody trains, after everything else; `asked` only when the care team asks for
    one; `never` not even then.
    """

    raw: Literal["idle", "asked", "never"] = "idle"


class TrainingConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is trained: a folder with routines of a clinic's own, beside those that come with the station."""

    routines: str = ""


class UpdatesConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose releases this station takes (Ed25519 public keys, base64), and when.

    `take` "off" refuses every update, "by hand" takes one from whoever is root here, "asked" also one the
    care team asks for, from `places` alone: folders or https://…/, one after the other. None begins within
    `before_training_min` of the time at which somebody usually trains. `folder`, and `told` where it says how
    far it is, belong to root.
    """

    take: Literal["off", "by hand", "asked"] = "by hand"
    keys: tuple[bytes, ...] = ()
    places: tuple[str, ...] = ()
    folder: str = "/var/lib/balance-station-update"
    told: str = "/run/balance-station-update"
    before_training_min: Annotated[int, msgspec.Meta(ge=0, le=720)] = 60

    def __post_init__(self) -> None:
        """Refuse a key or a place that is none. Raises ValueError."""
        for place in self.places:
            if not (place.startswith("/") or (place.startswith("https://") and place.endswith("/"))):
                message = f"places holds {place!r}; a place is a folder from / on, or https://…/ ending in /"
                raise ValueError(message)
        for key in self.keys:
            if len(key) != 32:
                message = f"keys holds a key of {len(key)} bytes; an Ed25519 key has 32"
                raise ValueError(message)


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    station: StationConfig = StationConfig()
    source: SourceConfig = SourceConfig()
    board: BoardConfig = BoardConfig()
    panel: PanelConfig = PanelConfig()
    care: CareConfig = CareConfig()
    link: LinkConfig = LinkConfig()
    limits: Limits = Limits()
    training: TrainingConfig = TrainingConfig()
    updates: UpdatesConfig = UpdatesConfig()

    def __post_init__(self) -> None:
        """Refuse what two sections may not say together. Raises ConfigError."""
        host, _ = self.care.address
        if self.source.clock == "trust" and not is_loopback(host):
            message = f'clock = "trust" {OF_ONE_MACHINE}; the one at {host} has another clock'
            raise ConfigError(message)
        self._check_pins()

    def _check_pins(self) -> None:
        """Refuse a pin that board and panel, or two parts of the panel, both want. Raises ConfigError."""
        users = {pin: f"data_pins of {cell}" for cell, pin in zip(CELLS, self.board.data_pins, strict=True)}
        users |= {
            pin: f"clock_pins of {cell}" for cell, pin in zip(CELLS, self.board.clock_pins, strict=True)
        }
        for name, pin in self.panel.users().items():
            if pin in users:
                message = f"GPIO {pin} is both {users[pin]} and {name}; every line needs its own pin"
                raise ConfigError(message)
            users[pin] = name


def load_config(path: str | None) -> Config:
    """Return the configuration of `path`, of $BALANCE_CONFIG, of the system's file, or the defaults.

    What an enrolment decided (`balance-station enrol`) fills in what the file does not say.
    Raises ConfigError naming file, key and what is allowed.
    """
    document, where = _with_enrolment(*_read(path))
    return _checked(document, where=where)


def named_station(path: str | None) -> str | None:
    """Return the id that configuration or enrolment give this station, None where neither does."""
    document, _ = _with_enrolment(*_read(path))
    name: str | None = document.get("station", {}).get("id")
    return name


def _with_enrolment(document: dict[str, Any], where: str) -> tuple[dict[str, Any], str]:
    """Return the document filled in by the enrolment, and what to call it. Raises ConfigError."""
    file = enrolment_folder(_checked(document, where=where)) / ENROLMENT
    try:
        enrolled = msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, Any]])
    except FileNotFoundError:
        return document, where
    except OSError as error:
        raise ConfigError(f"enrolment {file}: it cannot be read ({error.strerror})") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        message = f"enrolment {file}: it is damaged; remove it and enrol this station again"
        raise ConfigError(message) from None
    if strange := enrolled.keys() - {"station", "care"}:  # [updates] is not the care team's to decide
        named = ", ".join(sorted(strange))
        message = f"enrolment {file}: it decides {named}; remove it and enrol this station again"
        raise ConfigError(message)
    added = {section: {**keys, **document.get(section, {})} for section, keys in enrolled.items()}
    return {**document, **added}, f"{where}, with {file}"


def _read(path: str | None) -> tuple[dict[str, Any], str]:
    """Return the document and what to call it. Raises ConfigError."""
    named = path or os.environ.get("BALANCE_CONFIG")
    if named is None and not DEFAULT_PATH.exists():
        return {}, "configuration"
    file = Path(named) if named else DEFAULT_PATH
    where = f"configuration {file}"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: {getattr(error, 'strerror', None) or error}") from None
    return _parsed(text, where=where), where


def _parsed(text: str, *, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not valid TOML: {error}") from None


def parse_config(text: str, *, where: str) -> Config:
    """Return the configuration of one TOML document. Raises ConfigError."""
    return _checked(_parsed(text, where=where), where=where)


def _checked(document: Mapping[str, Any], *, where: str) -> Config:
    try:
        config = msgspec.convert(document, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {plainly(error, Config.__struct_fields__)}") from None
    for key in config.care.keys:
        if len(key) != 32:
            raise ConfigError(f"{where}: care.keys holds a key of {len(key)} bytes; an Ed25519 key has 32")
    try:
        known = known_routines(config)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    for name in config.limits.hardest_rung:
        if name not in known:
            message = (
                f"{where}: limits.hardest_rung names {name!r}; this station has {', '.join(sorted(known))}"
            )
            raise ConfigError(message)
    return config


def known_routines(config: Config) -> Mapping[str, Routine]:
    """Return the routines this station knows, by name. Raises ConfigError."""
    return routines_with(config.training.routines)


def with_source(config: Config, name: str) -> Config:
    """Return the configuration with another source, as `--source` asks. Raises ConfigError."""
    try:
        source = msgspec.convert({**msgspec.to_builtins(config.source), "source": name}, SourceConfig)
    except msgspec.ValidationError as error:
        named = "$.source" in str(error)  # else what the configuration says of a simulated board
        why = "the source must be simulate, gpio, wii or replay:FILE" if named else str(error)
        raise ConfigError(f"--source {name}: {why}") from None
    return msgspec.structs.replace(config, source=source)


def state_folder(config: Config) -> Path:
    """Return where this station keeps its database and its socket. Raises ConfigError."""
    if config.station.state:
        return Path(config.station.state)
    if "STATE_DIRECTORY" in os.environ:  # set by systemd for the unit
        return Path(os.environ["STATE_DIRECTORY"])
    if os.access(INSTALLED_STATE, os.W_OK):
        return INSTALLED_STATE
    try:
        base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    except RuntimeError:
        message = (
            "this user has no home to keep anything in; name a folder in the configuration: [station] state"
        )
        raise ConfigError(message) from None
    return Path(base) / "balance-station"


def sees_station(config: Config) -> bool:
    """Return whether `state_folder` is that of the station of this machine, as far as this user can see.

    Where one is installed it is not for a user without rights there, nor for the kiosk's.
    """
    return (
        bool(config.station.state) or not INSTALLED_STATE.exists() or state_folder(config) == INSTALLED_STATE
    )


def enrolment_folder(config: Config) -> Path:
    """Return where this station keeps its key and what its care team told it."""
    return state_folder(config) / "enrolment"


def socket_path(config: Config) -> Path:
    """Return where the session listens for clients."""
    if named := os.environ.get("BALANCE_SOCKET"):
        return Path(named)
    folder = state_folder(config)
    # The kiosk's user may not look into the installed station's folder, so its socket is elsewhere.
    return INSTALLED_SOCKET if folder == INSTALLED_STATE else folder / INSTALLED_SOCKET.name
