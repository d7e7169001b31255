"""Every error a person may meet: what happened, where, and what to do next, in one sentence."""


class StationError(Exception):
    """Any failure the station explains to a person; the command line prints it as one line."""


class ConfigError(StationError, ValueError):
    """The configuration file names something that cannot be used."""


class RecordingError(StationError, ValueError):
    """A recording is not what it claims to be."""


class BoardError(StationError, OSError):
    """The board's pins cannot be used."""


class PrescriptionError(StationError, ValueError):
    """A prescription is refused; the message is the reason sent back."""


class PaperError(StationError, ValueError):
    """A keyring or a certificate is refused; the message is the reason sent back."""


class UpdateError(StationError, ValueError):
    """A release is refused, or could not be put in place; the message is the reason."""


class ServiceError(StationError):
    """The board cannot be given to this client, or it asks for what only that client may do."""


class SupervisionError(StationError):
    """Whoever looks on may not do this: it is for the person who trains."""


class MessageError(StationError, ValueError):
    """A message from the wire or a client cannot be understood."""


class UnknownVersionError(MessageError):
    """A message is of another version of the contract, so nothing is wrong with it: its sender keeps it."""


class StoreError(StationError, OSError):
    """The database or the data folder cannot be used."""


class DiskFullError(StoreError):
    """The disk, or the share of it that the database may have, is full."""


class DamagedError(StoreError):
    """The database's file is damaged; it is restored of its backup."""


class CalibrationError(StationError, ValueError):
    """A calibration is refused: a reading, a file of points or a plate file cannot be used."""
