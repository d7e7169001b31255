"""The envelope around what a station sends."""

import msgspec

from station import __version__
from station.link.messages import Envelope, RxRef, encode
from station.session.store import Header


def wrap(  # noqa: PLR0913 - all that an envelope says
    station: str,
    kind: str,
    header: Header,
    body: msgspec.Raw,
    *,
    id_: str,
    seq: int,
    t_corrected: str | None = None,
) -> bytes:
    """Return the whole message of this kind."""
    return encode(
        Envelope(
            id=id_,
            type=kind,
            station=station,
            boot=header.boot,
            seq=seq,
            t=header.t,
            mono_ms=header.mono_ms,
            clock="synced" if header.clock == "synced" else "unsynced",
            subj=header.subj,
            rx=RxRef(version=header.rx_version) if header.rx_version is not None else None,
            sw=__version__,
            cal=header.cal,
            alg=header.alg,
            sim=header.sim,
            hist=header.hist,
            t_corrected=t_corrected,
            body=body,
        )
    )
